import json

import pytest

from tests.permissions import test_matrix as m


@pytest.mark.parametrize("role", m.ROLES)
def test_gen(secrets, role):
    out={}; leaks=[]
    for p,r in m.answers(secrets, role):
        b=m.body_of(r); out[p]=r.status_code; leaks+=[f"{p}: {x}" for x in m.marks_in(p,b,role)]
    json.dump([out,leaks], open(f'/tmp/acc_{role}.json','w'))
