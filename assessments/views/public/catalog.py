"""The catalogue of the open data for catalogues of data: DCAT as JSON-LD."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.queries.public import data_files, published
from assessments.queries.public.addresses import address
from assessments.queries.public.data_files import DataFile
from assessments.views.public.answers import by_content, site_base

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: The authority tables of the European Union's profile of DCAT, which other catalogues use too.
LANGUAGE = "http://publications.europa.eu/resource/authority/language/VIE"
COUNTRY = "http://publications.europa.eu/resource/authority/country/VNM"
MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """Describe every public publication and its files; both languages have the same one."""
    now = timezone.now()
    press.ring(now)
    rows = list(published.publications(now))
    files, base = data_files.files_of(rows), site_base(request)
    with override("vi"):
        content = {"@context": CONTEXT} | _catalog(rows, files, base)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return by_content(request, HttpResponse(text, content_type="application/ld+json"))


def _catalog(
    rows: list[published.Publication], files: dict[int, list[DataFile]], base: str
) -> dict[str, Any]:
    site = data_files.identity()
    name = site.governing_body if site else "Chỉ số cải cách hành chính"
    common = {
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": name},
        "dct:language": _ref(LANGUAGE),
        "dct:spatial": _spatial(site.city_name if site else ""),
    }
    moments = [row.published_at for row in rows if row.published_at]
    return {
        "@id": f"{base}{address('catalog')}",
        "@type": "dcat:Catalog",
        "dct:title": _vi("Dữ liệu mở chỉ số cải cách hành chính"),
        "dct:description": _vi("Kết quả công bố hằng năm, kèm điểm từng tiêu chí."),
        "dct:license": _ref(f"{base}{address('terms')}"),
        "foaf:homepage": _ref(f"{base}{address('opendata')}"),
        **({"dct:modified": _moment(max(moments))} if moments else {}),
        **common,
        "dcat:dataset": [_dataset(row, files[row.pk], base) | common for row in rows],
    }


def _dataset(row: published.Publication, files: list[DataFile], base: str) -> dict[str, Any]:
    page = f"{base}{address('ranking_of', key=row.slug)}"
    words = ["cải cách hành chính", "xếp hạng"]
    about = "Chỉ số, xếp hạng, xếp loại và điểm từng tiêu chí của mỗi đơn vị."
    if row.kind == PublicationKind.RECORD:
        about = "Chỉ số, xếp hạng ghi nhận từ báo chí kèm nguồn; không có điểm tiêu chí."
    if row.is_illustrative:
        words.append("dữ liệu minh họa")
        about = "Số liệu minh họa, không phải kết quả của đơn vị nào."
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": row.slug,
        "dct:title": _vi(row.title),
        "dct:description": _vi(f"{row.title}. {about}"),
        "dct:type": row.kind,
        "dcat:keyword": [_vi(word) for word in words],
        "dcat:landingPage": _ref(page),
        "dct:license": _ref(f"{base}{address('terms')}"),
        "dct:issued": _moment(row.published_at),
        "dct:modified": _moment(row.published_at),
        "dct:temporal": _year(row.year),
        **_version(row, base),
        "dcat:distribution": [*(_distribution(file, base) for file in files), _service(row, base)],
    }


def _year(year: int) -> dict[str, Any]:
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@type": "xsd:date", "@value": f"{year}-01-01"},
        "dcat:endDate": {"@type": "xsd:date", "@value": f"{year}-12-31"},
    }


def _version(row: published.Publication, base: str) -> dict[str, Any]:
    """Return the number of the version, and of a correction what it corrects and why."""
    version = {"dcat:version": str(row.revision)}
    if row.corrects is None:
        return version
    older = f"{base}{address('ranking_of', key=row.corrects.slug)}"
    return version | {
        "dcat:previousVersion": _ref(older),
        "adms:versionNotes": _vi(row.correction_reason),
    }


def _distribution(file: DataFile, base: str) -> dict[str, Any]:
    return {
        "@id": f"{base}{file.path}",
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": _ref(f"{base}{file.path}"),
        "dcat:downloadURL": _ref(f"{base}{file.path}"),
        "dcat:mediaType": _ref(f"{MEDIA_TYPE}{file.media_type}"),
        "dct:format": file.format,
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
        "dct:license": _ref(f"{base}{address('terms')}"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _ref(SHA256),
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }


def _service(row: published.Publication, base: str) -> dict[str, Any]:
    """Return the API as a way to the same figures."""
    return {
        "@type": "dcat:Distribution",
        "dct:title": "API",
        "dcat:accessURL": _ref(f"{base}/api/v1/publications/{row.slug}"),
        "dcat:mediaType": _ref(f"{MEDIA_TYPE}application/json"),
        "dct:license": _ref(f"{base}{address('terms')}"),
        "dcat:accessService": {
            "@type": "dcat:DataService",
            "dct:title": "API",
            "dcat:endpointURL": _ref(f"{base}/api/v1/"),
            "dcat:endpointDescription": _ref(f"{base}/api/v1/openapi.json"),
        },
    }


def _spatial(city: str) -> dict[str, Any]:
    place = {"dct:isPartOf": _ref(COUNTRY)}
    return {"@type": "dct:Location"} | ({"dct:title": _vi(city)} if city else {}) | place


def _ref(target: str) -> dict[str, str]:
    return {"@id": target}


def _vi(text: str) -> dict[str, str]:
    return {"@language": "vi", "@value": text}


def _moment(at: Any) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat()}
