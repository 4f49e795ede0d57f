"""Recompute a receipt's hash from what the portal hands out; knows nothing of the portal's code.

check_receipt.py SHA256 CONTENT.json         the downloaded content against the printed hash
check_receipt.py SHA256 DOSSIER.zip          the content inside the ZIP file, every file named in
                                             it, and the list SHA256SUMS
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def problems_of_content(content: bytes, printed: str) -> list[str]:
    found = []
    if sha256(content) != printed:
        found.append(f"content: {sha256(content)} is not the printed {printed}")
    written = json.dumps(
        json.loads(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    if written.encode() != content:
        found.append("content: not the canonical JSON of itself")
    return found


def problems_of_zip(path: Path, printed: str) -> list[str]:
    with zipfile.ZipFile(path) as file:
        if file.testzip() is not None:
            return ["zip: damaged"]
        content = file.read("bien-nhan.json")
        found = problems_of_content(content, printed)
        hashes = {name: sha256(file.read(name)) for name in file.namelist()}
        listed = dict(
            reversed(line.split("  ", 1)) for line in file.read("SHA256SUMS").decode().splitlines()
        )
    found += [f"{name}: not as listed" for name, sha in listed.items() if hashes.get(name) != sha]
    found += [
        f"{name}: not listed" for name in hashes if name not in listed and name != "SHA256SUMS"
    ]
    for leaf in json.loads(content)["leaves"]:
        inside = {sha for name, sha in hashes.items() if name.startswith(f"{leaf['code']}/")}
        found += [
            f"{leaf['code']}: {item['name']} is missing"
            for item in leaf["evidence"] if item["sha256"] not in inside
        ]  # fmt: skip
    return found


def main(printed: str, path: Path) -> int:
    found = (
        problems_of_zip(path, printed)
        if zipfile.is_zipfile(path)
        else problems_of_content(path.read_bytes(), printed)
    )
    sys.stdout.write("\n".join(found) + "\n" if found else "ok\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
