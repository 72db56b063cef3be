"""What turns a reportlab canvas into PDF/A-1b (ISO 19005-1): XMP, output intent, stream ends, fixed identity.

The machine-readable facts of a document travel as properties of an extension schema in its XMP packet, because
PDF/A-1 forbids attachments. Imports reportlab: load this module only when a document is made.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from desktop_app.documents.fonts import SANS, font

FACTS_NAMESPACE = "urn:kamidesk:ns:facts:1/"
_PRODUCER = "Kamidesk"
BYTE_RANGE_WIDTH = 46  # "[0 " and three numbers of at most ten digits
_PRINTED_AND_LOCKED = 4 | 128  # annotation flags; PDF/A-1 wants the first
_SIGNED_AND_APPEND_ONLY = 1 | 2  # SigFlags
# XML 1.0 cannot hold these; JSON escapes the lower controls already, titles may not
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """Identity of a file. ``facts`` become XMP properties: name -> (text, English description of the property)."""

    title: str
    author: str
    subject: str
    made_at: datetime
    facts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignatureHole:
    """Room for one signature over the whole file, after which nothing may change: a certification (ISO 32000-1,
    12.8.2.2). ``size`` is the most bytes that the signature may have."""

    signed_by: str
    reason: str
    size: int

    @property
    def placeholder(self) -> bytes:
        """What the saved file holds, once, where range and signature go (:mod:`desktop_app.documents.signing`)."""
        return b"/ByteRange %s /Contents <%s>" % (b"[0 0 0 0]".ljust(BYTE_RANGE_WIDTH), b"0" * (2 * self.size))


def open_archive(target: io.BytesIO, info: DocumentInfo, hole: SignatureHole | None = None) -> Canvas:
    """A canvas whose saved file is PDF/A-1b, as long as only embedded fonts and RGB without transparency are drawn.

    Equal ``info`` and equal drawing give equal bytes. With ``hole`` its first page carries an invisible signature
    field that is still to be filled.
    """
    font(SANS)
    canvas = Canvas(
        target,
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 4),
        lang="zh-CN",
        initialFontName=SANS,  # reportlab's own choice, Helvetica, would stay unembedded
    )
    document = canvas._doc
    made_at = info.made_at.astimezone(UTC)
    stamp = TimeStamp(1)
    stamp.YMDhms = made_at.timetuple()[:6]
    document._timeStamp = stamp
    # reportlab seeds the file identifier with SOURCE_DATE_EPOCH; ours depends on the contents only
    document.signature = hashlib.md5(repr(info).encode("utf-8", "backslashreplace"), usedforsecurity=False)
    document.encrypt = _StreamEnds()
    document.info.title = info.title
    document.info.author = info.author
    document.info.subject = info.subject
    document.info.keywords = _PRODUCER
    document.info.creator = _PRODUCER
    document.info.producer = _PRODUCER
    catalog = document.Catalog
    catalog.Metadata = pdfdoc.XMP(creator=lambda _: _xmp(info, made_at))
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    profile = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary({"N": 3, "Filter": pdfdoc.PDFName("FlateDecode")}), _deflated_profile()
    )
    catalog.OutputIntents = pdfdoc.PDFArray(
        [
            pdfdoc.PDFDictionary(
                {
                    "Type": pdfdoc.PDFName("OutputIntent"),
                    "S": pdfdoc.PDFName("GTS_PDFA1"),
                    "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
                    "Info": pdfdoc.PDFString("sRGB"),
                    "DestOutputProfile": document.Reference(profile, "srgb"),
                }
            )
        ]
    )
    if hole is not None:
        _add_signature_field(canvas, hole, made_at)
    return canvas


def _add_signature_field(canvas: Canvas, hole: SignatureHole, made_at: datetime) -> None:
    document, catalog = canvas._doc, canvas._doc.Catalog
    value = document.Reference(_SignatureValue(hole, made_at), "signature")
    # PDF/A-1 wants an appearance for every field (ISO 19005-1, 6.9), also for one that is not seen
    appearance = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("XObject"),
                "Subtype": pdfdoc.PDFName("Form"),
                "BBox": pdfdoc.PDFArray([0, 0, 0, 0]),
                "Resources": pdfdoc.PDFDictionary({}),
            }
        ),
        b"",
    )
    widget = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("Annot"),
            "Subtype": pdfdoc.PDFName("Widget"),
            "FT": pdfdoc.PDFName("Sig"),
            "T": pdfdoc.PDFString("Signature"),
            "F": _PRINTED_AND_LOCKED,
            "Rect": pdfdoc.PDFArray([0, 0, 0, 0]),
            "V": value,
            "AP": pdfdoc.PDFDictionary({"N": document.Reference(appearance, "signature-appearance")}),
        }
    )
    canvas._addAnnotation(widget, "signature")
    fields = pdfdoc.PDFArray([document.Reference(widget, document.annotationName("signature"))])
    catalog.AcroForm = pdfdoc.PDFDictionary({"Fields": fields, "SigFlags": _SIGNED_AND_APPEND_ONLY})
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "Perms"]
    catalog.Perms = pdfdoc.PDFDictionary({"DocMDP": value})


class _SignatureValue(pdfdoc.PDFObject):  # type: ignore[misc, unused-ignore]
    __RefOnly__ = 1

    def __init__(self, hole: SignatureHole, made_at: datetime) -> None:
        self._hole = hole
        self._made_at = made_at

    def format(self, document: Any) -> bytes:
        words = {
            "Name": self._hole.signed_by,
            "Reason": self._hole.reason,
            "M": self._made_at.strftime("D:%Y%m%d%H%M%S+00'00'"),
        }
        texts = b" ".join(b"/%s %s" % (key.encode(), _text_string(value)) for key, value in words.items())
        return (
            b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached %s\n%s\n"
            b"/Reference [ << /Type /SigRef /TransformMethod /DocMDP "
            b"/TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ] >>"
        ) % (self._hole.placeholder, texts)


def _text_string(text: str) -> bytes:
    """A text as a hexadecimal string: whatever it says, it cannot look like another part of the file."""
    if text.isascii():
        return b"<%s>" % text.encode("ascii").hex().encode()
    return b"<feff%s>" % _NOT_XML.sub("\ufffd", text).encode("utf-16-be").hex().encode()


class _StreamEnds(pdfdoc.NoEncryption):  # type: ignore[misc, unused-ignore]
    """Encrypts nothing; uses reportlab's hook on stream data to put the end of line that PDF/A-1 wants before
    ``endstream`` without counting it in the length."""

    def encode(self, t: bytes | str) -> object:
        return _StreamData(t.encode("utf-8") if isinstance(t, str) else t)


class _StreamData(pdfdoc.PDFObject):  # type: ignore[misc, unused-ignore]
    def __init__(self, data: bytes) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def format(self, document: Any) -> bytes:
        return self.data + b"\n"


def _xmp(info: DocumentInfo, made_at: datetime) -> bytes:
    """The XMP packet: the same words as the info dictionary, and the facts with their schema."""
    stamp = made_at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    title, author, subject = (_xml(text) for text in (info.title, info.author, info.subject))
    declared = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{_xml(description)}</pdfaProperty:description></rdf:li>"
        for name, (_, description) in info.facts.items()
    )
    facts = "\n".join(f"  <km:{name}>{_xml(text)}</km:{name}>" for name, (text, _) in info.facts.items())
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
  <pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
 </rdf:Description>
 <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:format>application/pdf</dc:format>
  <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
  <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
 </rdf:Description>
 <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
  <pdf:Producer>{_PRODUCER}</pdf:Producer><pdf:Keywords>{_PRODUCER}</pdf:Keywords>
 </rdf:Description>
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
  <xmp:CreatorTool>{_PRODUCER}</xmp:CreatorTool>
  <xmp:CreateDate>{stamp}</xmp:CreateDate><xmp:ModifyDate>{stamp}</xmp:ModifyDate>
 </rdf:Description>
 <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
   <pdfaSchema:schema>Kamidesk facts</pdfaSchema:schema>
   <pdfaSchema:namespaceURI>{FACTS_NAMESPACE}</pdfaSchema:namespaceURI>
   <pdfaSchema:prefix>km</pdfaSchema:prefix>
   <pdfaSchema:property><rdf:Seq>{declared}</rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
 </rdf:Description>
 <rdf:Description rdf:about="" xmlns:km="{FACTS_NAMESPACE}">
{facts}
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


@functools.cache
def _deflated_profile() -> bytes:
    return zlib.compress(srgb_profile(), 9)


def srgb_profile() -> bytes:
    """A complete ICC version 2 display profile of sRGB (IEC 61966-2-1), made here so that none has to be shipped."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    steps = 1024
    curve = b"curv\0\0\0\0" + struct.pack(">I", steps)
    curve += struct.pack(f">{steps}H", *(round(linear(step / (steps - 1)) * 65535) for step in range(steps)))
    name = b"sRGB\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    tags = {
        b"desc": described,
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": xyz(0.9505, 1.0, 1.0891),
        # the primaries, adapted to D50 by Bradford
        b"rXYZ": xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": xyz(0.14307, 0.06061, 0.71410),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    offset = 128 + 4 + 12 * len(tags)
    directory, body, placed = struct.pack(">I", len(tags)), b"", {}
    for tag, data in tags.items():
        if data not in placed:  # the three curves are one
            placed[data] = offset + len(body)
            body += data + bytes(-len(data) % 4)
        directory += tag + struct.pack(">II", placed[data], len(data))
    header = struct.pack(">I4sI4s4s4s", offset + len(body), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += fixed(0.9642) + fixed(1.0) + fixed(0.8249)  # the D50 connection space
    return header.ljust(128, b"\0") + directory + body
