"""The parts of a zipped workbook: some are changed, every other stays byte for byte as it was."""

from __future__ import annotations

import posixpath
import re
import shutil
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES_PART: Final = "[Content_Types].xml"
_CHUNK: Final = 1 << 20
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class UnpatchableError(Exception):
    """The workbook is laid out in a way that cannot be changed in place; its values can still be copied."""


@dataclass(frozen=True)
class Relation:
    """A link of a part to another one: its id, the last word of its type, and the name of the other part."""

    id: str
    kind: str
    target: str
    type: str
    written: str
    is_external: bool = False


def legal_text(text: str) -> str:
    """Return a text without the letters that XML does not know."""
    return _ILLEGAL.sub("", text)


def xml_text(text: str) -> bytes:
    """Return a text as XML content; letters that XML does not know are left out."""
    return legal_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """Return an attribute of a tag, None where it has none."""
    found = re.search(rb"\s" + re.escape(name) + rb"\s*=\s*([\"'])(.*?)\1", tag, re.DOTALL)
    return None if found is None else found[2]


def with_attribute(tag: bytes, name: bytes, value: bytes) -> bytes:
    """Return a tag (``<c r="A1">`` or ``<c/>``) with an attribute set."""
    written = b" " + name + b'="' + value + b'"'
    replaced, count = re.subn(
        rb"\s" + re.escape(name) + rb"\s*=\s*([\"']).*?\1", lambda _: written, tag, count=1, flags=re.DOTALL
    )
    if count:
        return replaced
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end] + written + tag[end:]


def well_formed(xml: bytes) -> bytes:
    """Return a part whose tags are all closed, which is what searching it relies on; raise `UnpatchableError` else."""
    _parsed(xml)
    return xml


def _parsed(xml: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise UnpatchableError(str(error)) from error


def prefix_of(xml: bytes, root: bytes) -> bytes:
    """Return the prefix of a part's tags (``b""`` or ``b"x:"``) by its root element."""
    found = re.search(rb"<(\w+:)?" + root + rb"[\s>]", xml)
    if found is None:
        raise UnpatchableError(root.decode())
    return found[1] or b""


class Package:
    """
    A zipped workbook.

    Parameters
    ----------
    content
        The file's bytes; checked by `package.scan_package` before.
    """

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(BytesIO(content))
        self._names = dict.fromkeys(self._archive.namelist())
        self._changed: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """Return the bytes of a part; raise `UnpatchableError` where there is none."""
        if name not in self._names:
            raise UnpatchableError(name)
        return self._changed[name] if name in self._changed else self._archive.read(name)

    def write(self, name: str, content: bytes) -> None:
        """Set the bytes of a part, new or not."""
        self._names.setdefault(name)
        self._changed[name] = content

    def drop(self, name: str) -> None:
        """Leave a part out."""
        self._names.pop(name, None)
        self._changed.pop(name, None)

    def save(self) -> bytes:
        """Return the whole file."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for name in self._names:
                if name in self._changed:
                    target.writestr(name, self._changed[name])
                else:
                    with self._archive.open(name) as source, target.open(name, "w", force_zip64=True) as copy:
                        shutil.copyfileobj(source, copy, _CHUNK)
        return buffer.getvalue()

    def free_name(self, pattern: str) -> str:
        """Return the first name of a pattern such as ``xl/comments{}.xml`` that no part has."""
        number = 1
        while pattern.format(number) in self._names:
            number += 1
        return pattern.format(number)

    def relations(self, part: str) -> list[Relation]:
        """Return what a part is linked to."""
        name = _relations_part(part)
        if name not in self._names:
            return []
        folder = posixpath.dirname(part)
        found = []
        for element in _parsed(self.read(name)):
            written, kind = str(element.get("Target")), str(element.get("Type"))
            target = posixpath.normpath(posixpath.join("/", folder, written)).lstrip("/")
            is_external = element.get("TargetMode") == "External"
            last = kind.rpartition("/")[2]
            found.append(Relation(str(element.get("Id")), last, target, kind, written, is_external))
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Link a part to another one, and return the id of the link."""
        known = self.relations(part)
        number = len(known) + 1
        while f"rId{number}" in {relation.id for relation in known}:
            number += 1
        written = posixpath.relpath(target, posixpath.dirname(part) or ".")
        new = Relation(f"rId{number}", kind, target, f"{OFFICE}/{kind}", written)
        self._write_relations(part, [*known, new])
        return new.id

    def _write_relations(self, part: str, relations: list[Relation]) -> None:
        lines = [
            f"<Relationship Id={quoteattr(r.id)} Type={quoteattr(r.type)} Target={quoteattr(r.written)}"
            f"{' TargetMode=' + quoteattr('External') if r.is_external else ''}/>"
            for r in relations
        ]
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS}">'
        self.write(_relations_part(part), (xml + "".join(lines) + "</Relationships>").encode())

    def forget_relations(self, part: str) -> None:
        """Let a part be linked to nothing."""
        self.drop(_relations_part(part))

    def add_type(self, part: str, content_type: str) -> None:
        """Say what a part is."""
        self._insert_type(f'Override PartName="/{part}" ContentType="{content_type}"')

    def add_extension(self, extension: str, content_type: str) -> None:
        """Say what parts with an extension are, where nothing says it yet."""
        if f'extension="{extension}"'.encode() not in self.read(_TYPES_PART).lower():
            self._insert_type(f'Default Extension="{extension}" ContentType="{content_type}"')

    def _insert_type(self, element: str) -> None:
        xml = self.read(_TYPES_PART)
        prefix = prefix_of(xml, b"Types")
        # Defaults stand before overrides in every file that we know, and readers ask for it.
        start = xml.index(b">", xml.index(b"<" + prefix + b"Types")) + 1
        place = start if element.startswith("Default") else xml.rindex(b"</" + prefix + b"Types>")
        self.write(_TYPES_PART, xml[:place] + b"<" + prefix + element.encode() + b"/>" + xml[place:])


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
