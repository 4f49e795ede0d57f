#!/usr/bin/env python3
"""Recompute every index, band and rank of a published JSON file from the file alone.

    python3 tinh-lai.py 2026.json

Python 3.9 or later, nothing else. Figures are whole numbers and fractions, never floats. Prints
each difference; ends with 0 when there is none, 1 when there is one, 2 when the file is no
publication. Figures recorded from the press were not computed: of these only the hash is checked.
"""

import hashlib
import json
import sys
from fractions import Fraction

INDEX_PLACES = 10
POINTS_PLACES = 4


def main(arguments):
    for stream in (sys.stdout, sys.stderr):  # Vietnamese, whatever the terminal is set to
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if len(arguments) != 1:
        print("cách dùng: python3 tinh-lai.py TỆP.json", file=sys.stderr)
        return 2
    if arguments[0].lower().endswith((".csv", ".xlsx")):
        print("chỉ đọc tệp JSON của lần công bố; CSV của nhóm: dùng tinh-hang.py", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as source:
            data = json.load(source, parse_float=str, parse_constant=refuse)
        found = list(differences(data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        print(f"không phải tệp công bố: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for difference in found:
        print(difference)
    units = sum(len(group["results"]) for group in data["groups"])
    print(f"{data['publication']['id']}: {units} đơn vị, {len(found)} chỗ sai khác")
    if data["publication"]["kind"] == "record":
        print("số liệu ghi nhận từ báo chí không có điểm để tính lại: chỉ kiểm tra mã băm")
    return 1 if found else 0


def refuse(text):
    raise ValueError(f"{text} không phải là số")


def differences(data):
    """Yield a sentence for each thing that does not agree."""
    content = {key: value for key, value in data.items() if key != "sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest != data["sha256"]:
        yield f"sha256: tệp ghi {data['sha256']}, nội dung tính ra {digest}"
    if data["publication"]["kind"] == "record":
        return
    for group in data["groups"]:
        yield from group_differences(group)


def group_differences(group):
    scheme = group["scheme"]
    leaves = leaves_of(scheme["criteria"])
    indexes = {}
    for result in group["results"]:
        name = f"{group['code']} {result['unit']['code']}"
        if is_unfinished(result, leaves):
            continue
        yield from leaf_differences(name, result, leaves)
        index = index_of(result, scheme)
        yield from compare(f"{name} chỉ số", result["index"], index, INDEX_PLACES)
        yield from part_differences(name, result)
        expected_band = band_of(index, scheme["bands"])
        if result["band"] != expected_band:
            yield f"{name} xếp loại: tệp ghi {result['band']}, tính ra {expected_band}"
        if result["ranked"] and index is not None:
            indexes[result["unit"]["code"]] = index
    for result in group["results"]:
        code = result["unit"]["code"]
        rank = None
        if code in indexes:
            rank = 1 + sum(1 for other in indexes.values() if other > indexes[code])
        if result["rank"] != rank:
            yield f"{group['code']} {code} thứ hạng: tệp ghi {result['rank']}, tính ra {rank}"


def is_unfinished(result, leaves):
    """Tell whether a unit that is not ranked was published without some leaves, hence no index."""
    codes = {score["code"] for score in result["scores"]}
    empty = result["index"] is None and result["band"] is None and not result["ranked"]
    return empty and codes < set(leaves)


def leaves_of(criteria):
    """Return each leaf's highest points and field, by code."""
    parents = {row["code"]: row["parent"] for row in criteria}

    def field(code):
        seen = set()
        while parents[code]:
            if code in seen:
                raise ValueError(f"tiêu chí {code} nằm trong chính nó")
            seen.add(code)
            code = parents[code]
        return code

    return {
        row["code"]: (Fraction(row["max_points"]), field(row["code"]))
        for row in criteria
        if row["method"] != "sum"
    }


def leaf_differences(name, result, leaves):
    codes = [score["code"] for score in result["scores"]]
    if sorted(codes) != sorted(leaves):
        yield f"{name}: các tiêu chí không khớp với bộ tiêu chí"
    for score in result["scores"]:
        highest, field = leaves.get(score["code"], (None, None))
        if highest is None:
            continue
        place = f"{name} {score['code']}"
        if Fraction(score["max_points"]) != highest:
            yield f"{place}: điểm tối đa {score['max_points']}, trong bộ tiêu chí {highest}"
        if score["field"] != field:
            yield f"{place}: lĩnh vực {score['field']}, trong bộ tiêu chí {field}"
        if not 0 <= Fraction(score["final_points"]) <= highest:
            yield f"{place}: {score['final_points']} điểm nằm ngoài khoảng 0 đến {highest}"


def sums_of(scores):
    counted = [score for score in scores if score["applicable"]]
    achieved = sum((Fraction(score["final_points"]) for score in counted), Fraction(0))
    highest = sum((Fraction(score["max_points"]) for score in counted), Fraction(0))
    return achieved, highest


def index_of(result, scheme):
    """Return achieved / applicable x 100 + bonus - penalty, within 0 and 100, or None."""
    achieved, highest = sums_of(result["scores"])
    if not highest:
        return None
    bonus = capped(result["bonus"], scheme["bonus_cap"])
    penalty = capped(result["penalty"], scheme["penalty_cap"])
    index = half_up(achieved / highest * 100, INDEX_PLACES) + bonus - penalty
    return min(max(index, Fraction(0)), Fraction(100))


def capped(value, cap):
    points = Fraction(value or 0)
    return points if cap is None else min(points, Fraction(cap))


def part_differences(name, result):
    """Compare the sums of the whole scorecard and of each field."""
    achieved, highest = sums_of(result["scores"])
    yield from compare(f"{name} điểm đạt", result["achieved"], achieved, POINTS_PLACES)
    yield from compare(f"{name} điểm tối đa tính", result["applicable"], highest, POINTS_PLACES)
    for part in result["fields"]:
        scores = [score for score in result["scores"] if score["field"] == part["code"]]
        achieved, highest = sums_of(scores)
        place = f"{name} lĩnh vực {part['code']}"
        index = half_up(achieved / highest * 100, INDEX_PLACES) if highest else None
        yield from compare(f"{place} điểm đạt", part["achieved"], achieved, POINTS_PLACES)
        yield from compare(f"{place} điểm tối đa tính", part["applicable"], highest, POINTS_PLACES)
        yield from compare(f"{place} chỉ số", part["index"], index, INDEX_PLACES)


def compare(place, stated, computed, places):
    given = None if stated is None else Fraction(stated)
    if given != computed:
        yield f"{place}: tệp ghi {stated}, tính ra {printed(computed, places)}"


def half_up(value, places):
    """Round a fraction that is not negative; halves go up."""
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole, 10**places)


def band_of(index, bands):
    reached = [row for row in bands if index is not None and Fraction(row["min_index"]) <= index]
    return max(reached, key=lambda row: Fraction(row["min_index"]))["label"] if reached else None


def printed(value, places):
    if value is None:
        return "trống"
    digits = str(half_up(value, places) * 10**places).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
