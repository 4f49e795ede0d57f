"""Everything a person can read is there in Vietnamese, and the compiled file says the same."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation
from django.utils.functional import Promise

from assessments.queries.wording import SENTENCES
from assessments.scoring.reasons import MESSAGES
from tests.house import catalogue
from tests.house.messages import Message, from_python, from_template

#: %(name)s, %s, {name} and {}, each with its conversion, as translators must keep them.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sdr]|\{\w*\}")
HINT = "run: python -m tests.house.catalogue, then fill the empty msgstr and run it again"
OURS = ("units", "assessments")
both = pytest.mark.parametrize("domain", catalogue.DOMAINS)


def committed(domain: str) -> catalogue.Catalogue:
    """Return a committed catalogue; reading it refuses fuzzy and double entries."""
    return catalogue.read_po(catalogue.FOLDER / f"{domain}.po")


@both
def test_every_message_is_translated(domain: str) -> None:
    translated = {message.key for message, text in committed(domain).items() if text}
    wanted = catalogue.wanted(domain)
    assert sorted(one.key for one in wanted if one.key not in translated) == [], HINT


@both
def test_nothing_unasked_stays_in_the_catalogue(domain: str) -> None:
    asked = catalogue.allowed(domain)
    assert sorted(one.key for one in committed(domain) if one.key not in asked) == [], HINT


def test_every_plural_is_translated_as_a_plural() -> None:
    plurals = {message.key: message.plural for message in committed("django") if message.plural}
    wanted = {one.key: one.plural for one in catalogue.wanted("django") if one.plural}
    assert {key: plurals.get(key) for key in wanted} == wanted


@both
def test_translations_keep_the_placeholders(domain: str) -> None:
    wrong = [
        (message.text, text)
        for message, text in committed(domain).items()
        if sorted(PLACEHOLDER.findall(text))
        not in (
            sorted(PLACEHOLDER.findall(message.text)),
            sorted(PLACEHOLDER.findall(message.plural or message.text)),
        )
    ]
    assert wrong == []


@both
def test_translations_are_composed_and_spaced(domain: str) -> None:
    texts = [text.strip(" ") for text in committed(domain).values()]
    assert [text for text in texts if text != unicodedata.normalize("NFC", text)] == []
    assert [text for text in texts if re.search(r"(?m)^ [^ ]|\S  |\S [,.;:!?](?:\s|$)", text)] == []


@both
def test_file_is_as_the_tool_writes_it(domain: str, tmp_path: Path) -> None:
    catalogue.write_po(tmp_path / "again.po", committed(domain))
    written = (tmp_path / "again.po").read_bytes()
    assert written == (catalogue.FOLDER / f"{domain}.po").read_bytes(), HINT


@both
def test_compiled_file_equals_the_text(domain: str) -> None:
    binary = (catalogue.FOLDER / f"{domain}.mo").read_bytes()
    assert binary == catalogue.compiled(committed(domain)), HINT


@both
def test_compiled_file_reads_back(domain: str) -> None:
    ours = committed(domain)
    read = catalogue.read_mo(catalogue.compiled(ours))
    assert read.pop("") == catalogue.HEADER
    assert read == {message.key: text for message, text in ours.items()}


def test_our_words_win_over_those_of_packages() -> None:
    ours = {
        message.text: text for message, text in committed("django").items() if not message.context
    }
    with translation.override("vi"):
        said = {text: translation.gettext(text) for text in ("Home", "Draft", "Save", "View")}
    assert said == {text: ours.get(text, text) for text in said}


def test_sentences_of_scoring_stand_as_scoring_words_them() -> None:
    with translation.override("en"):
        assert {reason: str(sentence) for reason, sentence in SENTENCES.items()} == dict(MESSAGES)


def test_python_messages_are_found_under_any_name() -> None:
    source = (
        "from django.utils.translation import gettext_lazy as _l, ngettext\n"
        "a = _l('one ' 'two')\nb = ngettext('leaf', 'leaves', n)\nc = words.pgettext('x', 'y')\n"
        "d = _l(variable)\ne = other('not a message')\n"
    )
    assert set(from_python(source)) == {
        Message("one two"), Message("leaf", "leaves"), Message("y", "", "x"),
    }  # fmt: skip


def test_template_messages_are_found() -> None:
    source = (
        "{% translate \"It's on\" %}{% translate 'May' context 'month' %}{{ _('none') }}"
        "{% blocktranslate count n=x %}{{ n }} unit{% plural %}{{ n }} units{% endblocktranslate %}"
        "{% blocktranslate with a=b %}100% of {{ a }}{% endblocktranslate %}"
    )
    assert set(from_template(source)) == {
        Message("It's on"), Message("May", "", "month"), Message("none"),
        Message("%(n)s unit", "%(n)s units"), Message("100%% of %(a)s"),
    }  # fmt: skip


def test_every_model_of_ours_has_a_translatable_name() -> None:
    models = (one for app in OURS for one in apps.get_app_config(app).get_models())
    bare = [
        model._meta.label
        for model in models
        if not isinstance(model._meta.verbose_name, Promise)
        or not isinstance(model._meta.verbose_name_plural, Promise)
    ]
    assert bare == []


def named_columns() -> Iterator[tuple[Any, Any, str]]:
    """Yield (admin or inline, model, name) for each field or method an admin page names."""
    for model_admin in admin.site._registry.values():
        if model_admin.opts.app_label not in OURS:
            continue
        for place in (model_admin, *model_admin.inlines):
            names = [
                *getattr(place, "list_display", ()),
                *place.readonly_fields,
                *(place.fields or ()),
            ]
            for _title, options in place.fieldsets or ():
                names.extend(options["fields"])
            for name in names:
                for one in name if isinstance(name, (list, tuple)) else (name,):
                    yield place, place.model, one


def test_every_column_of_the_admin_has_a_translatable_name() -> None:
    bare = set()
    for place, model, name in named_columns():
        try:
            words = model._meta.get_field(name).verbose_name
        except FieldDoesNotExist:
            made = name if callable(name) else getattr(place, name, getattr(model, name, None))
            words = getattr(getattr(made, "fget", made), "short_description", "")
        if not isinstance(words, Promise) and name != "__str__":
            bare.add(f"{model.__name__}.{name}")
    assert sorted(bare) == []
