"""Text as Vietnamese offices type it: normal form, folding for matching, and search keys."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
#: Characters that no text holds: XML, and so a workbook or a paper, knows none of them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Marks on one letter; more are no writing, and a paper set with thousands takes minutes.
_MARKS = 8
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# The vowel that carries the tone by the older and by the newer spelling: hòa/hoà, thủy/thuỷ.
_TONE_PAIR = re.compile(f"(o[ae]|uy)([{_TONES}])(?![a-z])|(o|u)([{_TONES}])(a|e|y)(?![a-z])")


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C, without control characters or heaps of marks."""
    if text.isascii():
        return _CONTROL.sub("", text)
    return _few_marks(_CONTROL.sub("", unicodedata.normalize("NFC", text)))


def _few_marks(text: str) -> str:
    run, kept = 0, []
    for letter in text:
        run = run + 1 if unicodedata.category(letter)[0] == "M" else 0
        if run <= _MARKS:
            kept.append(letter)
    return "".join(kept)


def squeeze(text: str) -> str:
    """Return `text` in NFC on one line, with single spaces and none at the ends."""
    return _SPACES.sub(" ", nfc(text)).strip()


def fold(text: str) -> str:
    """Return the key on which two spellings of one name agree (design 0.13).

    Case, runs of spaces, dashes and the place of the tone mark (hòa/hoà) do not count; every
    accent does: Xã Thanh An and Xã Thạnh An stay two names.
    """
    text = squeeze(text).casefold().replace("–", "-").replace("—", "-")
    decomposed = unicodedata.normalize("NFD", text)
    moved = _TONE_PAIR.sub(_tone_last, decomposed)
    return unicodedata.normalize("NFC", re.sub(r"\s*-\s*", "-", moved))


def _tone_last(match: re.Match[str]) -> str:
    if match[1]:
        return match[1] + match[2]
    return match[3] + match[5] + match[4]


def unaccent(text: str) -> str:
    """Return the folded `text` without accents, for suggestions and search only."""
    decomposed = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: f"{place:02d}" for place, letter in enumerate(_ALPHABET, start=10)}
_TONE_ORDER = {mark: str(place) for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}


def sort_key(text: str) -> str:
    """Return a key whose byte order is the Vietnamese dictionary's (no ICU collation needed)."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFD", fold(text)):
        if char in _TONE_ORDER:
            tones.append(f"{len(letters):03d}{_TONE_ORDER[char]}")
        elif unicodedata.combining(char) and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + char)
        else:
            letters.append(char)
    body = "".join(_ORDER.get(letter, f"0{letter}") for letter in letters)
    digits = re.sub(r"(?:0\d)+", _pad_number, body)
    return f"{digits} {''.join(tones)}"


def _pad_number(match: re.Match[str]) -> str:
    # "Quận 10" comes after "Quận 2": whole numbers compare by value.
    return "0" + match[0][1::2].zfill(6)


def slugify(text: str) -> str:
    """Return an ASCII slug of a Vietnamese name."""
    return re.sub(r"[^a-z0-9]+", "-", unaccent(text)).strip("-")
