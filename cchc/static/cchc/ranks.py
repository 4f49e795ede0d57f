"""Recompute indexes and ranks from a published file: python3 tinh-hang.py FILE.json (or .csv)."""

import csv
import json
import sys
from fractions import Fraction

F, wrong = Fraction, 0
HEADS = ("Điểm đạt được", "Điểm áp dụng", "Điểm thưởng", "Điểm trừ", "Chỉ số", "Hạng")


def _from_json(data):
    for group in data["groups"] if data["publication"]["kind"] != "record" else []:
        for row in group["results"]:
            counted = [leaf for leaf in row["scores"] if leaf["applicable"]]
            sums = [sum(F(leaf[key]) for leaf in counted) for key in ("final_points", "max_points")]
            told = [row[key] for key in ("bonus", "penalty", "index", "rank")]
            yield (group["code"], " ".join(row["unit"].values()), row["ranked"], *sums, *told)


def _from_csv(file):  # one group in a file; figures recorded from the press have no sums
    for row in (row for row in csv.DictReader(file) if row["Điểm áp dụng"]):
        told = (row[head] for head in HEADS)
        yield ("", f"{row['Mã']} {row['Đơn vị']}", not row["Không xếp hạng vì"], *told)


made = {}
with open(sys.argv[1], encoding="utf-8-sig") as file:
    rows = list(_from_csv(file) if file.name.endswith(".csv") else _from_json(json.load(file)))
for group, unit, ranked, achieved, highest, bonus, penalty, *_ in rows:
    if ranked and F(highest or 0):  # half up to ten decimals; then bonus, penalty; 0 to 100
        share = F((F(achieved) / F(highest) * 10**12 + F(1, 2)) // 1, 10**10)
        made[group, unit] = min(max(share + F(bonus or 0) - F(penalty or 0), F(0)), F(100))
for group, unit, *_, told, rank in rows:
    index = made.get((group, unit))
    place = "" if index is None else 1 + sum(made[key] > index for key in made if key[0] == group)
    right = str(place) == str(rank or "") and (index is None or F(told) == index)
    wrong += not right
    print(group, place, unit, told or "", "" if right else "sai khác", sep="\t")
sys.exit(f"{wrong} dòng sai khác" if wrong else 0)
