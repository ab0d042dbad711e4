"""tracegraph from Python: runs documents, walks pages, reads exports into pandas.

One file, for Python 3.9 or newer, with the standard library alone; pandas is needed where a DataFrame
is asked for, and nowhere else. Copy it beside your notebook, or put its folder on the path::

    import tracegraph

    gateway = tracegraph.connect()          # TRACEGRAPH_URL and TRACEGRAPH_TOKEN
    data = gateway.run("query($s: String!) { device(serialNumber: $s) { lotCode } }", {"s": "BRP00000762"})
    devices = gateway.export("devices", columns=["serialNumber", "lotCode", "producedAt"])

Times are texts in RFC 3339 with six decimals, in UTC, wherever GraphQL answers them. Whatever goes wrong
is a TracegraphError with the gateway's code (docs/errors.md lists them), its message and its request id.
"""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import json
import os
import re
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, NamedTuple, NoReturn, Optional, Sequence

if TYPE_CHECKING:
    import pandas

__all__ = ["connect", "Gateway", "Receipt", "TracegraphError"]

USUAL_URL = "http://localhost:4000"
#: An answer that does not move for so long is given up.
TIMEOUT_SECONDS = 120.0
#: A request is sent so often at most, and waits so long in all between them.
ATTEMPTS = 6
WAIT_SECONDS = 120.0
#: What is read of an export at once.
PIECE_BYTES = 1024 * 1024
#: Of an answer that is no export; the gateway's own answers are far smaller.
ANSWER_BYTES = 256 * 1024 * 1024

_JSON = {"Content-Type": "application/json"}
#: Refused before anything was executed: a mutation, too, may be sent again.
_NEVER_BEGUN = ("RATE_LIMITED", "OVERLOADED")


class TracegraphError(Exception):
    """What the gateway refused, or what came between.

    ``code``        the gateway's code, like ``UNKNOWN_VALUE``; or one of this file's own: ``UNREACHABLE``
                    (no connection, or it broke), ``NO_GATEWAY`` (an answer that no gateway gives),
                    ``LIST_CHANGED`` (pages that are not one list), ``EXPORT_CUT`` (an export that did not
                    come to its end), ``EXPORT_DIFFERS`` (one whose bytes or rows are not those announced)
    ``message``     for people
    ``request_id``  what the operator finds the request by; None where the gateway did not see it
    ``retryable``   whether the same request may succeed later
    ``details``     what the gateway said beside the code: a field, a limit with ``most`` and ``asked``
    ``errors``      all error entries of a GraphQL answer; ``data`` what came beside them, or None
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        request_id: Optional[str] = None,
        retryable: bool = False,
        details: Optional[Mapping[str, Any]] = None,
        errors: Optional[List[Dict[str, Any]]] = None,
        data: Any = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.retryable = retryable
        self.details = dict(details or {})
        self.errors = errors or []
        self.data = data

    def __str__(self) -> str:
        asked = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.code}: {self.message}{asked}"


class Receipt(NamedTuple):
    """An export that is on the disk, and was checked: what it is known by."""

    path: str
    #: How many rows, without a header.
    rows: int
    bytes: int
    #: Of the file, in hex.
    sha256: str
    #: The moment whose state all its rows are: RFC 3339, UTC.
    moment: str
    #: Names in the file's order, with their types: text, integer, timestamp, boolean, json.
    columns: Dict[str, str]
    #: The gateway's id of the export, by which its manifest can be asked for.
    export_id: str


def connect(
    url: Optional[str] = None,
    *,
    token: Optional[str] = None,
    api_key: Optional[str] = None,
    tenant: Optional[str] = None,
    timeout: float = TIMEOUT_SECONDS,
) -> Gateway:
    """A gateway as the holder of a bearer token, or of an API key, asks it. Nothing is sent yet.

    ``url``      its address, without ``/graphql``; else ``TRACEGRAPH_URL``, else http://localhost:4000
    ``token``    of whom you ask as; where neither is given, ``TRACEGRAPH_TOKEN``
    ``api_key``  of a client, in place of a token
    ``tenant``   needed where the token is good for several
    ``timeout``  seconds without a byte after which an answer is given up

    Raises ValueError where the address is none, or where there is nothing to authenticate with.
    """
    address = (url or os.environ.get("TRACEGRAPH_URL") or USUAL_URL).rstrip("/")
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("url must be like https://tracegraph.example.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("url must hold no credentials, and no query")
    if token and api_key:
        raise ValueError("give a token or an API key, not both")
    if not token and not api_key:
        token = os.environ.get("TRACEGRAPH_TOKEN")
    secret = token or api_key
    if not secret:
        raise ValueError("give token= or api_key=, or set TRACEGRAPH_TOKEN")
    if not re.fullmatch(r"[\x21-\x7e]+", secret):
        # http.client would quote the whole of it in its refusal.
        raise ValueError("the token or API key has characters that none has: a line's end, perhaps")
    header, value = ("Authorization", f"Bearer {token}") if token else ("X-Api-Key", secret)
    credential = {header: _Secret(value)}
    return Gateway(address, _Sender(address, credential, tenant, timeout))


class Gateway:
    """What a notebook asks. Made by ``connect``."""

    def __init__(self, url: str, sender: _Sender) -> None:
        self.url = url
        self._sender = sender

    def __repr__(self) -> str:
        return f"<tracegraph gateway {self.url}>"

    def run(
        self,
        document: str,
        variables: Optional[Mapping[str, Any]] = None,
        *,
        operation: Optional[str] = None,
        partly: bool = False,
    ) -> Any:
        """The ``data`` of a document's answer: dicts and lists, as GraphQL nests them.

        ``document``   the text of a query or mutation; or the id of a published one, which is whatever
                       has no brace, like ``sha256:ce84…``
        ``variables``  by their names, without the dollar
        ``operation``  which one of a text with several
        ``partly``     answers what data there is, though parts of it could not be had: those are null

        Raises TracegraphError with the first entry's code where there are ``errors``, with all of them as
        ``error.errors`` and what came as ``error.data``. RATE_LIMITED and OVERLOADED are waited for, as
        Retry-After says, within 6 attempts and 120 seconds; for a query, every answer with status 503 is.
        """
        body: Dict[str, Any] = {"variables": dict(variables or {})}
        is_text = "{" in document
        body["query" if is_text else "documentId"] = document
        if operation is not None:
            body["operationName"] = operation
        # Of a published document one cannot see what it does.
        only_reads = is_text and not re.search(r"\bmutation\b", document)
        headers = {**_JSON, "Accept": "application/graphql-response+json, application/json"}
        answer = self._sender.ask("/graphql", headers, _bytes_of(body), only_reads)
        errors = answer.body.get("errors") or []
        data = answer.body.get("data")
        if data is None or (errors and not partly):
            raise _refusal_in(answer)
        return data

    def pages(
        self,
        document: str,
        path: str,
        variables: Optional[Mapping[str, Any]] = None,
        *,
        after: str = "after",
    ) -> Iterator[Dict[str, Any]]:
        """Every node of a connection, page by page, one request for each page.

        ``document``   a query, or a published one's id, with a variable for the cursor; the connection must
                       ask for ``nodes`` or ``edges { node }``, for ``pageInfo { hasNextPage endCursor }``,
                       and should ask for ``totalCount``
        ``path``       where the connection stands in the data: ``productionGroup.devices``
        ``after``      the cursor variable's name

        Raises TracegraphError as ``run`` does; NOT_FOUND where the path leads to null; and LIST_CHANGED, at
        the end, where more or fewer nodes came than ``totalCount`` says: something was recorded meanwhile.
        The devices of a frozen recall never change; for a moving list take an export, which is of one moment.
        """
        asked = dict(variables or {})
        came = 0
        while True:
            connection = _connection_at(self.run(document, asked), path)
            nodes = connection.get("nodes")
            if nodes is None:
                nodes = [edge["node"] for edge in connection["edges"]]
            came += len(nodes)
            yield from nodes
            page = connection["pageInfo"]
            if not page["hasNextPage"]:
                break
            if page["endCursor"] in (None, asked.get(after)):
                message = f"the same page came again: pass ${after} to the connection {path}"
                raise TracegraphError("BAD_USER_INPUT", message)
            asked[after] = page["endCursor"]
        total = connection.get("totalCount")
        began_later = (variables or {}).get(after) is not None
        if total is not None and total != came and not began_later:
            raise TracegraphError("LIST_CHANGED", f"{came} nodes came, and totalCount is {total}", retryable=True)

    def export(
        self,
        what: str,
        *,
        columns: Optional[Sequence[str]] = None,
        format: str = "ndjson",
        **selection: Any,
    ) -> pandas.DataFrame:
        """Rows of one moment as a DataFrame, checked before it is made. Needs pandas.

        ``what``       ``devices``, ``revisions``, ``group``, ``scope``, ``recall``, ``components`` or
                       ``ownerships``; docs/exports.md says what each has
        ``columns``    their names, in the order you want them; without them, the usual ones that you may have
        ``format``     how it is sent: ``ndjson`` or ``csv``; ``arrow`` or ``parquet`` where pyarrow is there.
                       The DataFrame is the same, save that CSV, as pandas reads it, tells no empty text from null
        ``selection``  which rows: ``field=``, ``value=``, ``membership=`` of a group, ``criteria=`` and
                       ``knownAt=`` of a scope, ``id=`` of a recall

        Texts are ``string``, so that leading zeros survive; integers ``Int64`` and booleans ``boolean``, with
        nulls; times ``datetime64[ns, UTC]``, exact to the microsecond; JSON is dicts and lists. ``attrs`` has the
        moment, the export's id and the file's SHA-256. Raises TracegraphError as ``download`` does.
        """
        import pandas  # noqa: F401  before anything is sent

        if format not in _READERS:
            raise ValueError(f"a DataFrame is made of {', '.join(_READERS)}, not of {format}")
        if format == "csv":
            selection = {**selection, "formulas": "keep"}
        with tempfile.TemporaryDirectory(prefix="tracegraph-") as folder:
            path = os.path.join(folder, f"export.{format}")
            receipt = self.download(what, path, columns=columns, format=format, **selection)
            frame = _READERS[format](receipt)
        if len(frame) != receipt.rows or list(frame.columns) != list(receipt.columns):
            raise TracegraphError("EXPORT_DIFFERS", f"{len(frame)} rows were read of {receipt.rows}")
        frame.attrs.update(moment=receipt.moment, exportId=receipt.export_id, sha256=receipt.sha256)
        return frame

    def download(
        self,
        what: str,
        path: str,
        *,
        columns: Optional[Sequence[str]] = None,
        format: Optional[str] = None,
        **selection: Any,
    ) -> Receipt:
        """Writes an export to a file, and checks it. The file is there, whole, or it is not there.

        ``path``       where to; an older file gives way only to a whole one
        ``format``     ``csv``, ``ndjson``, ``arrow``, ``parquet`` or ``xlsx``; else as the path ends
        ``selection``  as of ``export``; and ``formulas="keep"``, without which CSV has an apostrophe before
                       texts that a spreadsheet would take for formulas

        Where the connection breaks, what is missing is fetched, within 6 attempts. Raises TracegraphError with
        EXPORT_CUT where it cannot be had; with EXPORT_DIFFERS where length, SHA-256 or (of CSV and NDJSON) the
        number of rows are not those of the gateway's manifest; and with the gateway's code where it refuses.
        """
        path = os.fspath(path)
        format = format or os.path.splitext(path)[1][1:]
        part = f"{path}.part"
        try:
            with open(part, "wb") as file:
                export_id = self._begin_export(file, _export_request(what, format, columns, selection))
                manifest = self._fetch_rest(file, export_id)
            _check(part, format, manifest)
            os.replace(part, path)
        finally:
            if os.path.exists(part):
                os.remove(part)
        types = {column["name"]: column["type"] for column in manifest["columns"]}
        counted = (manifest["rows"], manifest["bytes"], manifest["sha256"])
        return Receipt(path, *counted, manifest["moment"], types, export_id)

    def _begin_export(self, file: Any, request: Any) -> str:
        with self._sender.begin(*request) as response:
            export_id = response.headers.get("export-id")
            if not export_id:
                raise _no_gateway(response.status, response.headers.get("x-request-id"))
            _copy(response, file)
        return str(export_id)

    def _fetch_rest(self, file: Any, export_id: str) -> Dict[str, Any]:
        """Fetches what a broken connection left out, and answers the manifest of what should be there."""
        path = f"/exports/files/{urllib.parse.quote(export_id, safe='')}"
        patience = _Patience()
        while True:
            try:
                answer = self._sender.ask(f"{path}/manifest.json", {}, None)
                if answer.status != 200:
                    raise _refusal_in(answer)
                if file.tell() >= answer.body["bytes"]:
                    return answer.body
                self._append(file, path)
            except TracegraphError as error:
                if not error.retryable:
                    raise _never_whole(file, error) from None
            if not patience.waits(1):
                raise _never_whole(file, None)

    def _append(self, file: Any, path: str) -> None:
        with self._sender.begin(path, {"Range": f"bytes={file.tell()}-"}) as response:
            if response.status == 200:
                file.seek(0)
                file.truncate()
            elif not (response.headers.get("content-range") or "").startswith(f"bytes {file.tell()}-"):
                raise _no_gateway(response.status, response.headers.get("x-request-id"))
            _copy(response, file)


def _connection_at(data: Any, path: str) -> Dict[str, Any]:
    at = data
    for name in path.split("."):
        if not isinstance(at, dict) or name not in at:
            raise TracegraphError("BAD_USER_INPUT", f"the answer has no {path}: {name} was not asked for")
        at = at[name]
        if at is None:
            raise TracegraphError("NOT_FOUND", f"{name} is null: there is no such thing, or you may not see it")
    if not isinstance(at, dict) or "pageInfo" not in at or not ("nodes" in at or "edges" in at):
        raise TracegraphError("BAD_USER_INPUT", f"{path} must ask for nodes or edges, and for pageInfo")
    return at


def _refusal_in(answer: _Answer) -> TracegraphError:
    errors = answer.body.get("errors")
    if not errors:
        return _no_gateway(answer.status, answer.request_id)
    first = errors[0]
    details = dict(first.get("extensions") or {})
    code = str(details.pop("code", "NO_CODE"))
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return TracegraphError(
        code,
        f"{first.get('message', 'no message')}{more}",
        request_id=details.pop("requestId", None) or answer.request_id,
        retryable=details.pop("retryable", False) is True,
        details=details,
        errors=errors,
        data=answer.body.get("data"),
    )


def _no_gateway(status: int, request_id: Optional[str]) -> TracegraphError:
    message = f"the address answered with status {status}, and not as a tracegraph gateway does"
    return TracegraphError("NO_GATEWAY", message, request_id=request_id, retryable=status == 503)


class _Secret(str):
    """A text that no traceback shows, nor whoever prints what holds it."""

    def __repr__(self) -> str:
        return "'(secret)'"


def _cut() -> TracegraphError:
    return TracegraphError("UNREACHABLE", "the connection broke before the answer's end", retryable=True)


class _Answer:
    """A whole answer that is JSON: an object."""

    def __init__(self, status: int, headers: Any, body: Dict[str, Any]) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.request_id: Optional[str] = headers.get("x-request-id")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to whatever host it names."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Sender:
    """Sends requests with the credential, and waits where it is told to. Nobody else holds the credential."""

    def __init__(self, address: str, credential: Dict[str, str], tenant: Optional[str], timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._headers = {**credential, "Graphql-Client-Name": "tracegraph-python"}
        if tenant is not None:
            self._headers["X-Tenant"] = tenant
        self._opener = urllib.request.build_opener(_NoRedirect)

    def __repr__(self) -> str:
        return f"<to {self._address}>"

    def ask(self, path: str, headers: Mapping[str, str], body: Optional[bytes], only_reads: bool = True) -> _Answer:
        """A whole answer of JSON, whatever its status."""
        patience = _Patience()
        while True:
            with self.open(path, headers, body) as response:
                answer = _read_answer(response)
            wait = _asked_to_wait(answer, only_reads)
            if wait is None or not patience.waits(wait):
                return answer

    def begin(self, path: str, headers: Mapping[str, str], body: Optional[bytes] = None) -> Any:
        """A response whose body is to be read; to be closed. Raises the refusal where it is one."""
        patience = _Patience()
        while True:
            response = self.open(path, headers, body)
            if response.status in (200, 206):
                return response
            with response:
                answer = _read_answer(response)
            wait = _asked_to_wait(answer, True)
            if wait is None or not patience.waits(wait):
                raise _refusal_in(answer)

    def open(self, path: str, headers: Mapping[str, str], body: Optional[bytes] = None) -> Any:
        """The response, whatever its status; to be closed. Raises UNREACHABLE where there is none."""
        request = urllib.request.Request(self._address + path, body, {**self._headers, **headers})
        try:
            return self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as answered:
            return answered
        except (OSError, http.client.HTTPException) as error:
            self.unreachable(error)

    def unreachable(self, error: Exception) -> NoReturn:
        reason = getattr(error, "reason", error)
        message = f"no answer from {self._address}: {reason}"
        raise TracegraphError("UNREACHABLE", message, retryable=True) from None


class _Patience:
    """How often and how long one request may wait."""

    def __init__(self) -> None:
        self._attempts = 1
        self._waited = 0.0

    def waits(self, seconds: float) -> bool:
        """Waits, and answers True; or answers False where that would be too often or too long."""
        if self._attempts >= ATTEMPTS or self._waited + seconds > WAIT_SECONDS:
            return False
        time.sleep(seconds)
        self._attempts += 1
        self._waited += seconds
        return True


def _asked_to_wait(answer: _Answer, only_reads: bool) -> Optional[float]:
    """The seconds after which the same request is worth sending again; None where it is not."""
    if answer.status not in (429, 503):
        return None
    errors = answer.body.get("errors") or [{}]
    code = (errors[0].get("extensions") or {}).get("code")
    if code not in _NEVER_BEGUN and not (only_reads and answer.status == 503):
        return None
    return _seconds_of(answer.headers.get("retry-after"))


def _seconds_of(retry_after: Optional[str]) -> float:
    """Retry-After, in seconds or as a date (RFC 9110, 10.2.3); one second where it says nothing."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 1.0


def _read_answer(response: Any) -> _Answer:
    try:
        text = response.read(ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException):
        raise _cut() from None
    # http.client does not tell where a part was asked for.
    if len(text) < min(int(response.headers.get("content-length") or 0), ANSWER_BYTES):
        raise _cut()
    request_id = response.headers.get("x-request-id")
    try:
        body = json.loads(text) if len(text) <= ANSWER_BYTES else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        if response.status in (429, 503):
            return _Answer(response.status, response.headers, {})
        raise _no_gateway(response.status, request_id)
    return _Answer(response.status, response.headers, body)


def _bytes_of(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode("utf-8")


def _export_request(what: str, format: str, columns: Optional[Sequence[str]], selection: Mapping[str, Any]) -> Any:
    """Path, header fields and body; the arguments go into the body where one of them is no text."""
    given = {name: value for name, value in selection.items() if value is not None and name != "id"}
    if columns is not None:
        if isinstance(columns, str):
            raise ValueError("columns is a list of names")
        given["columns"] = ",".join(columns)
    path = f"/exports/{urllib.parse.quote(what, safe='/')}"
    if selection.get("id") is not None:
        path += f"/{urllib.parse.quote(str(selection['id']), safe='')}"
    path += f".{urllib.parse.quote(format, safe='')}"
    if all(isinstance(value, str) for value in given.values()):
        return (f"{path}?{urllib.parse.urlencode(given)}" if given else path), {}, None
    return path, _JSON, _bytes_of(given)


def _copy(response: Any, file: Any) -> None:
    """Copies what comes. Whether that is all, the manifest says."""
    while True:
        try:
            # Unlike read, it keeps nothing back that came before the connection broke.
            piece = response.read1(PIECE_BYTES)
        except (OSError, http.client.HTTPException):
            return
        if not piece:
            return
        file.write(piece)


def _never_whole(file: Any, error: Optional[TracegraphError]) -> TracegraphError:
    message = f"the export ended after {file.tell()} bytes, and the rest could not be had"
    return TracegraphError(
        "EXPORT_CUT",
        f"{message}: {error}" if error else message,
        request_id=error.request_id if error else None,
        retryable=True,
    )


def _check(path: str, format: str, manifest: Mapping[str, Any]) -> None:
    """Holds a file to its manifest: length, SHA-256, and the rows where they can be counted."""
    digest, size, line_ends, quotes = hashlib.sha256(), 0, 0, 0
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(PIECE_BYTES), b""):
            digest.update(piece)
            size += len(piece)
            # In CSV a line ends where as many quotes have been opened as closed; NDJSON has none within a row.
            pieces = piece.split(b'"') if format == "csv" else [piece]
            line_ends += sum(one.count(b"\n") for one in pieces[quotes % 2 :: 2])
            quotes += len(pieces) - 1
    found = {"bytes": size, "sha256": digest.hexdigest()}
    if format in ("csv", "ndjson"):
        found["rows"] = line_ends - (1 if format == "csv" else 0)
    for name, value in found.items():
        if value != manifest[name]:
            raise TracegraphError("EXPORT_DIFFERS", f"the file has {name} {value}, and {manifest[name]} was announced")


def _read_ndjson(receipt: Receipt) -> pandas.DataFrame:
    values: Dict[str, List[Any]] = {name: [] for name in receipt.columns}
    takers = [(name, column.append) for name, column in values.items()]
    with open(receipt.path, "rb") as file:
        for line in file:
            row = json.loads(line)
            for name, take in takers:
                take(row[name])
    return _frame_of(values, receipt.columns)


def _read_csv(receipt: Receipt) -> pandas.DataFrame:
    import pandas

    options = {"dtype": "string", "keep_default_na": False, "na_values": [""]}
    frame = pandas.read_csv(receipt.path, encoding="utf-8", lineterminator="\n", **options)
    for name, type_ in receipt.columns.items():
        if type_ == "boolean":
            frame[name] = frame[name].map({"true": True, "false": False})
        elif type_ == "integer":
            # By way of Int64: a float has not every digit.
            frame[name] = frame[name].astype("Int64")
        elif type_ == "json":
            frame[name] = frame[name].map(json.loads, na_action="ignore").astype(object)
    return _frame_of(frame, receipt.columns)


def _read_arrow(receipt: Receipt) -> pandas.DataFrame:
    import pyarrow

    with open(receipt.path, "rb") as file:
        return _frame_of_table(pyarrow.ipc.open_stream(file).read_all(), receipt)


def _read_parquet(receipt: Receipt) -> pandas.DataFrame:
    import pyarrow.parquet

    return _frame_of_table(pyarrow.parquet.read_table(receipt.path), receipt)


def _frame_of_table(table: Any, receipt: Receipt) -> pandas.DataFrame:
    values = {}
    for name, type_ in receipt.columns.items():
        column = table.column(name)
        if type_ == "timestamp":
            values[name] = column.to_pandas()
        elif type_ == "json":
            values[name] = [None if text is None else json.loads(text) for text in column.to_pylist()]
        else:
            values[name] = column.to_pylist()
    return _frame_of(values, receipt.columns)


_READERS = {"ndjson": _read_ndjson, "csv": _read_csv, "arrow": _read_arrow, "parquet": _read_parquet}
_DTYPES = {"text": "string", "integer": "Int64", "boolean": "boolean", "json": "object"}


def _frame_of(values: Mapping[str, Any], types: Mapping[str, str]) -> pandas.DataFrame:
    """A DataFrame with the same dtypes whichever format the values came in."""
    import pandas

    columns = {}
    for name, type_ in types.items():
        if type_ == "timestamp":
            times = pandas.Series(pandas.to_datetime(values[name], utc=True))
            columns[name] = times.astype("datetime64[ns, UTC]")
        else:
            columns[name] = pandas.Series(values[name], dtype=_DTYPES.get(type_, "object"))
    return pandas.DataFrame(columns)
