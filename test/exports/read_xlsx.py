"""Prints the rows of a workbook's sheets as JSON, read with nothing but Python's own zip and XML."""
import json, re, sys, zipfile
import xml.etree.ElementTree as tree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def unescaped(text):
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def column(reference):
    number = 0
    for letter in re.match("[A-Z]+", reference)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def value(cell):
    assert cell.find(MAIN + "f") is None, "a formula"
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return unescaped("".join(cell.find(MAIN + "is").itertext()))
    number = cell.find(MAIN + "v").text
    return number == "1" if kind == "b" else int(number)


def rows(archive, path):
    for _, row in tree.iterparse(archive.open(path)):
        if row.tag != MAIN + "row":
            continue
        cells = {column(cell.get("r")): value(cell) for cell in row}
        yield [cells.get(place) for place in range(max(cells, default=-1) + 1)]
        row.clear()


archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
relations = tree.parse(archive.open("xl/_rels/workbook.xml.rels")).getroot()
targets = {one.get("Id"): "xl/" + one.get("Target") for one in relations}
sheets = tree.parse(archive.open("xl/workbook.xml")).getroot().find(MAIN + "sheets")
json.dump({sheet.get("name"): list(rows(archive, targets[sheet.get(RELATION)])) for sheet in sheets}, sys.stdout)
