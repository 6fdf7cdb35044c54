"""XLSX. The parts are looked through before the reader gets the file: it trusts what the archive says of itself."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from jobs.analysis.source import MIB, Source, Unreadable
from jobs.analysis.table import MOST_COLUMNS, Broken, Gatherer, Remark, Table, Tick, unique_names

PIECE = 1024 * 1024
FORMULA = (b"<f>", b"<f ", b"<f/>")
DAMAGED = "The XLSX file is cut off or damaged."


def read_workbook(source: Source, tick: Tick) -> Table:
    formulas = _looked_through(source)
    tick(0.3)
    name, rows, others = _first_sheet(source.path)
    header = next(rows, [])
    if not header:
        raise Unreadable("The workbook has no sheet with cells in it.")
    if len(header) > MOST_COLUMNS:
        raise Unreadable(f"The sheet has {len(header)} columns; {MOST_COLUMNS} are the most.")
    gatherer, broken = Gatherer(unique_names(header)), Broken()
    for row in rows:
        if any(row) and gatherer.add(row):
            tick(0.9)
    remarks = []
    if formulas:
        words = f"{formulas:,} cells hold formulas. None was computed: their last stored results were read."
        remarks.append(Remark("formulas", words, formulas))
    if others:
        words = f"Only the sheet “{name}” was read; there are also: {', '.join(others)[:200]}."
        remarks.append(Remark("other_sheets", words, len(others)))
    return Table(gatherer.frame(), [*remarks, *broken.remarks()])


def _looked_through(source: Source) -> int:
    """How many cells hold formulas. Every part is unpacked piece by piece within the bound, and its checksum compared.

    Raises:
        Unreadable: larger than it may be, damaged, encrypted, or with a document type (which can make a bomb of XML).
    """
    left, formulas = source.most_bytes, 0
    try:
        with zipfile.ZipFile(source.path) as archive:
            for part in archive.infolist():
                if part.file_size > left:
                    raise Unreadable(f"Unpacked, the file has more than {source.most_bytes // MIB} MB: a ZIP bomb?")
                used, found = _part(archive, part)
                left, formulas = left - used, formulas + found
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError):
        raise Unreadable(DAMAGED) from None
    return formulas


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """The bytes of a part, and its formulas."""
    size = formulas = 0
    is_sheet, is_xml = part.filename.startswith("xl/worksheets/"), part.filename.endswith((".xml", ".rels"))
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            seen = tail + piece
            if is_xml and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
                raise Unreadable("The workbook declares XML entities, as XML bombs do. No spreadsheet program does so.")
            if is_sheet:
                formulas += sum(seen.count(mark) for mark in FORMULA) - sum(tail.count(mark) for mark in FORMULA)
            tail = seen[-9:]
    return size, formulas


def _first_sheet(path: Path) -> tuple[str, Iterator[list[str]], list[str]]:
    """Name and rows of the first sheet that is shown and has cells, and the names of the others that are shown."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        shown = [
            each.name
            for each in workbook.sheets_metadata
            if each.visible == SheetVisibleEnum.Visible and each.typ == SheetTypeEnum.WorkSheet
        ]
        for name in shown:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height:
                return name, _rows(sheet), [other for other in shown if other != name]
    except (CalamineError, OSError, ValueError):
        raise Unreadable(DAMAGED) from None
    return "", iter([]), []


def _rows(sheet: Any) -> Iterator[list[str]]:
    width = 0
    for cells in sheet.iter_rows():
        if not width and not any(cell != "" for cell in cells):
            continue
        row = [_text(cell) for cell in cells]
        width = width or len(row)
        yield row


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)
