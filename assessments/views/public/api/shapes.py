"""Shapes of what the API takes and gives; figures are decimal strings, as in the files."""

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from assessments.choices import PublicationKind

#: A code of a publication, group, unit, criterion or scheme: short, without control characters.
Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Figure = Annotated[str | None, Field(description="Decimal string with a point, or null")]
DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 50, 200, 10_000_000


class Paging(Schema):
    """Which part of a list is asked for."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Rows of one answer")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="Rows to pass over")


class PublicationFilter(Paging):
    """Which publications are asked for."""

    year: int | None = Field(None, ge=1900, le=9999, description="Assessed year")
    kind: PublicationKind | None = Field(None, description="Whose figures")


class ResultFilter(Paging):
    """Which results of a publication are asked for."""

    group: Code | None = Field(None, description="Code of a group")
    unit: Code | None = Field(None, description="Code of a unit")


class ScoreFilter(ResultFilter):
    """Which leaves of a publication are asked for."""

    criterion: Code | None = Field(None, description="Code of a criterion")


class SchemeFilter(Paging):
    """Which schemes are asked for."""

    group: Code | None = Field(None, description="Code of a group")
    code: Code | None = Field(None, description="Code of a scheme, all its versions")


class UnitFilter(Paging):
    """Which units are asked for."""

    q: str = Field("", max_length=100, description="A part of a name, accents optional")
    group: Code | None = Field(None, description="Code of a group")


class Page(Schema):
    """A part of a list, with the addresses of the parts beside it."""

    total: int
    limit: int
    offset: int
    next: str | None
    previous: str | None


class Named(Schema):
    """A code with its name."""

    code: str
    name: str


class Decision(Schema):
    """The decision that a text rests on."""

    number: str
    date: str | None
    signer: str


class Erratum(Schema):
    """What a later correction says of a publication."""

    reason: str
    decision: str | None
    published_at: str | None


class Publication(Schema):
    """A publication: the names of the JSON file, its present status, and where its files stand."""

    id: str
    kind: PublicationKind
    year: int
    title: str
    revision: int
    supersedes: str | None
    correction_reason: str | None
    decision: Decision | None
    published_at: str
    illustrative: bool
    event_chain_head: str | None
    sources: list[str]
    note: str | None
    groups: list[Named]
    sha256: str | None
    status: str
    corrected_by: str | None
    errata: list[Erratum]
    json_file: str = Field(alias="json")
    csv: dict[str, str] = Field(description="The ranking of each group")
    scores_csv: str | None = Field(description="Every leaf of every unit; null: not printed")
    page: str


class PublicationPage(Page):
    """Publications, newest year first."""

    items: list[Publication]


class FieldResult(Schema):
    """The sums of one field of a scorecard."""

    code: str
    achieved: Figure
    applicable: Figure
    index: Figure


class Result(Schema):
    """One unit's result; `index` is exact, rank and band stand on it."""

    group: str
    unit: Named
    index: Figure
    rank: int | None
    rank_basis: str | None
    band: str | None
    ranked: bool
    unranked_reason: str | None
    achieved: Figure
    applicable: Figure
    bonus: Figure
    penalty: Figure
    source: str | None
    note: str | None
    fields: list[FieldResult]


class ResultPage(Page):
    """Results by group, rank and name."""

    items: list[Result]


class Score(Schema):
    """One leaf of one unit's scorecard."""

    group: str
    unit: Named
    code: str
    field: str
    max_points: Figure
    applicable: bool
    self_points: Figure
    appraised_points: Figure
    final_points: Figure
    trace: str | None


class ScorePage(Page):
    """Leaves, unit by unit in the order of the scheme."""

    items: list[Score]


class SchemeBand(Schema):
    """A band, by the lowest index that reaches it."""

    label: str
    min_index: Figure


class SchemeCriterion(Schema):
    """A node of a scheme; `method` sum is a branch."""

    code: str
    parent: str | None
    name: str
    level: str
    max_points: Figure
    method: str
    rule: str | None
    not_applicable: str


class Scheme(Schema):
    """A scheme as it was issued."""

    code: str
    version: int
    title: str
    group: Named
    state: str
    illustrative: bool
    decision: Decision | None
    issued_at: str | None
    declared_total: Figure
    decimals: int
    tie_rule: str
    bonus_cap: Figure
    penalty_cap: Figure
    bands: list[SchemeBand]
    criteria: list[SchemeCriterion]


class SchemePage(Page):
    """Issued schemes, newest version first."""

    items: list[Scheme]


class UnitLink(Schema):
    """A unit that another one follows or is followed by."""

    code: str
    name: str
    slug: str
    kind: str
    effective_on: str | None
    decision: str | None


class Unit(Schema):
    """A unit with its other names, predecessors and successors."""

    code: str
    name: str
    slug: str
    short_name: str | None
    group: Named
    agency_code: str | None
    established_on: str | None
    dissolved_on: str | None
    aliases: list[str]
    predecessors: list[UnitLink]
    successors: list[UnitLink]


class UnitPage(Page):
    """Units by group and name."""

    items: list[Unit]
