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
    if len(arguments) != 1:
        print("usage: python3 tinh-lai.py FILE.json", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as source:
            data = json.load(source, parse_float=str, parse_constant=refuse)
        found = list(differences(data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        print(f"not a publication: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for difference in found:
        print(difference)
    units = sum(len(group["results"]) for group in data["groups"])
    print(f"{data['publication']['id']}: {units} units, {len(found)} differences")
    return 1 if found else 0


def refuse(text):
    raise ValueError(f"{text} is no figure")


def differences(data):
    """Yield a sentence for each thing that does not agree."""
    content = {key: value for key, value in data.items() if key != "sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest != data["sha256"]:
        yield f"sha256: the file says {data['sha256']}, its content gives {digest}"
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
        yield from compare(f"{name} index", result["index"], index, INDEX_PLACES)
        yield from part_differences(name, result)
        expected_band = band_of(index, scheme["bands"])
        if result["band"] != expected_band:
            yield f"{name} band: the file says {result['band']}, computed {expected_band}"
        if result["ranked"] and index is not None:
            indexes[result["unit"]["code"]] = index
    for result in group["results"]:
        code = result["unit"]["code"]
        rank = None
        if code in indexes:
            rank = 1 + sum(1 for other in indexes.values() if other > indexes[code])
        if result["rank"] != rank:
            yield f"{group['code']} {code} rank: the file says {result['rank']}, computed {rank}"


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
                raise ValueError(f"criterion {code} lies inside itself")
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
        yield f"{name}: the leaves are not those of the scheme"
    for score in result["scores"]:
        highest, field = leaves.get(score["code"], (None, None))
        if highest is None:
            continue
        place = f"{name} {score['code']}"
        if Fraction(score["max_points"]) != highest:
            yield f"{place}: highest points {score['max_points']}, in the scheme {highest}"
        if score["field"] != field:
            yield f"{place}: field {score['field']}, in the scheme {field}"
        if not 0 <= Fraction(score["final_points"]) <= highest:
            yield f"{place}: {score['final_points']} points lie outside 0 to {highest}"


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
    yield from compare(f"{name} achieved", result["achieved"], achieved, POINTS_PLACES)
    yield from compare(f"{name} applicable", result["applicable"], highest, POINTS_PLACES)
    for part in result["fields"]:
        scores = [score for score in result["scores"] if score["field"] == part["code"]]
        achieved, highest = sums_of(scores)
        place = f"{name} field {part['code']}"
        index = half_up(achieved / highest * 100, INDEX_PLACES) if highest else None
        yield from compare(f"{place} achieved", part["achieved"], achieved, POINTS_PLACES)
        yield from compare(f"{place} applicable", part["applicable"], highest, POINTS_PLACES)
        yield from compare(f"{place} index", part["index"], index, INDEX_PLACES)


def compare(place, stated, computed, places):
    given = None if stated is None else Fraction(stated)
    if given != computed:
        yield f"{place}: the file says {stated}, computed {printed(computed, places)}"


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
        return "nothing"
    digits = str(half_up(value, places) * 10**places).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
