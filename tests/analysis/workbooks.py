"""Small XLSX files, written by hand so that they can be odd."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "application/vnd.openxmlformats-"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def workbook(formula: str = "", before: str = "") -> bytes:
    """Two sheets, the first with 30 orders; `before` stands before the root of the first sheet."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts(formula, before).items():
            archive.writestr(zipfile.ZipInfo(name), HEAD + content)
    return packed.getvalue()


def _parts(formula: str, before: str) -> dict[str, str]:
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(("Orders", "Notes"), 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in (1, 2)
    )
    links += f'<Relationship Id="r3" Type="{RELATION}/styles" Target="styles.xml"/>'
    kinds = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{OFFICE}officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("worksheets/sheet2", "worksheet"),
            ("styles", "styles"),
        )
    )
    rows = "".join(_row(n, formula) for n in range(30))
    head = "<row>" + "".join(_text(name) for name in ("day", "place", "amount")) + "</row>"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{OFFICE}package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": before + _sheet(head + rows),
        "xl/worksheets/sheet2.xml": _sheet(f"<row>{_text('Hello')}</row>"),
    }


def _sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _row(n: int, formula: str) -> str:
    computed = f"<f>{formula}</f>" if formula else ""
    place = _text("Bern" if n % 2 else "Basel")
    return f'<row><c s="1"><v>{46000 + n}</v></c>{place}<c>{computed}<v>{n * 7 % 11}.5</v></c></row>'


def _text(words: str) -> str:
    return f'<c t="inlineStr"><is><t>{words}</t></is></c>'
