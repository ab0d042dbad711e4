"""Tests of tracegraph.py, against a gateway that runs: `test/notebooks/` starts one and says where.

TRACEGRAPH_TEST holds JSON: the gateway's `url`, tokens by role, an API `key` of a client for which the
document `documentId` is published, and a `lot` of the demo with its `deviceCount`.
"""

import hashlib
import importlib.util
import json
import os
import sys
import tempfile
import traceback
import unittest
from unittest import mock

import tracegraph
from faulty_way import FaultyWay, answered, changed, cut, cut_in_a_chunk, passed_on, refused, without_range

WORLD = json.loads(os.environ.get("TRACEGRAPH_TEST", "null"))

LOT = """query Lot($lot: String!, $first: Int, $after: String) {
  productionGroup(field: "lotCode", value: $lot) {
    deviceCount
    devices(first: $first, after: $after) { totalCount nodes { serialNumber } pageInfo { hasNextPage endCursor } }
  }
}"""
ANYTHING = "query { fieldDefinitions { name } }"
RECORD = """mutation Record($serial: String!, $lot: String) {
  recordDevices(input: [{ serialNumber: $serial, lotCode: $lot, attributes: { boardVendor: "LERMA_ELECTRONICS" } }]) {
    recorded verdicts { code message }
  }
}"""


@unittest.skipIf(WORLD is None, "no gateway: TRACEGRAPH_TEST is not set")
class OnAGateway(unittest.TestCase):
    def setUp(self):
        self.gateway = tracegraph.connect(WORLD["url"], token=WORLD["tokens"]["analyst"])
        self.way = FaultyWay(WORLD["url"])
        self.addCleanup(self.way.close)
        waits = mock.patch("tracegraph.time.sleep")
        self.sleep = waits.start()
        self.addCleanup(waits.stop)

    def over_the_way(self, role="analyst"):
        return tracegraph.connect(self.way.url, token=WORLD["tokens"][role])

    def refusal(self, call, *arguments, **options):
        with self.assertRaises(tracegraph.TracegraphError) as refused:
            call(*arguments, **options)
        return refused.exception

    def waited(self):
        return [seconds for ((seconds,), _) in self.sleep.call_args_list]


class Running(OnAGateway):
    def test_a_text_answers_its_data(self):
        data = self.gateway.run(LOT, {"lot": WORLD["lot"]["value"], "first": 1})
        self.assertEqual(data["productionGroup"]["deviceCount"], WORLD["lot"]["deviceCount"])

    def test_a_published_document_is_run_by_its_id_with_an_api_key(self):
        gateway = tracegraph.connect(WORLD["url"], api_key=WORLD["key"])
        data = gateway.run(WORLD["documentId"], {"lot": WORLD["lot"]["value"], "first": 1})
        self.assertEqual(data["productionGroup"]["deviceCount"], WORLD["lot"]["deviceCount"])

    def test_a_refusal_has_code_message_and_request_id(self):
        criteria = {"group": {"field": "lotCode", "values": ["P9999-0000"]}}
        asked = "query($c: RecallCriteria!) { recallScope(criteria: $c) { count } }"
        error = self.refusal(self.gateway.run, asked, {"c": criteria})
        self.assertEqual(error.code, "UNKNOWN_VALUE")
        self.assertIn("P9999-0000", error.message)
        self.assertRegex(error.request_id, r"^[0-9a-f-]{36}$")
        self.assertIn(error.request_id, str(error))
        self.assertFalse(error.retryable)

    def test_a_limit_is_told_with_both_figures(self):
        error = self.refusal(self.gateway.run, LOT, {"lot": "x", "first": 5000})
        self.assertEqual((error.code, error.details["most"], error.details["asked"]), ("PAGE_SIZE_OUT_OF_RANGE", 1000, 5000))

    def test_a_whole_refusal_of_an_unknown_token_is_told_too(self):
        stranger = tracegraph.connect(WORLD["url"], token="nobody-knows-me")
        self.assertEqual(self.refusal(stranger.run, ANYTHING).code, "UNAUTHENTICATED")

    def test_what_may_not_be_read_is_an_error_unless_it_was_asked_for_partly(self):
        asked = "query($s: String!) { device(serialNumber: $s) { serialNumber operator } }"
        variables = {"s": WORLD["serialNumber"]}
        error = self.refusal(self.gateway.run, asked, variables)
        self.assertEqual(error.code, "FORBIDDEN")
        self.assertEqual(error.data["device"]["serialNumber"], WORLD["serialNumber"])
        data = self.gateway.run(asked, variables, partly=True)
        self.assertEqual(data, {"device": {"serialNumber": WORLD["serialNumber"], "operator": None}})


class Pages(OnAGateway):
    def lot(self, first, **more):
        variables = {"lot": WORLD["lot"]["value"], "first": first}
        return [node["serialNumber"] for node in self.gateway.pages(LOT, "productionGroup.devices", variables, **more)]

    def test_bring_every_device_of_a_lot_once(self):
        for first in (1000, 7):
            devices = self.lot(first)
            self.assertEqual(len(devices), WORLD["lot"]["deviceCount"])
            self.assertEqual(len(set(devices)), WORLD["lot"]["deviceCount"])

    def test_may_ask_for_edges_and_name_their_cursor(self):
        asked = LOT.replace("$after", "$from").replace("nodes { serialNumber }", "edges { node { serialNumber } }")
        variables = {"lot": WORLD["lot"]["value"], "first": 50}
        devices = self.gateway.pages(asked, "productionGroup.devices", variables, after="from")
        self.assertEqual([device["serialNumber"] for device in devices], self.lot(50))

    def test_go_on_from_a_cursor(self):
        variables = {"lot": WORLD["lot"]["value"], "first": 10}
        page = self.gateway.run(LOT, variables)["productionGroup"]["devices"]
        variables["after"] = page["pageInfo"]["endCursor"]
        rest = self.gateway.pages(LOT, "productionGroup.devices", variables)
        self.assertEqual([device["serialNumber"] for device in rest], self.lot(100)[10:])

    def test_that_are_not_one_list_say_so_at_the_end(self):
        lot = f"PY-{os.getpid()}"
        recorder = tracegraph.connect(WORLD["url"], token=WORLD["tokens"]["admin"])
        for number in range(3):
            recorder.run(RECORD, {"serial": f"{lot}-{number}", "lot": lot})
        came = []

        def walk():
            for device in self.gateway.pages(LOT, "productionGroup.devices", {"lot": lot, "first": 2}):
                came.append(device["serialNumber"])
                if len(came) == 2:
                    change = "mutation($s: String!) { correctDevice(serialNumber: $s, changes: { lotCode: \"PY-OTHER\" }, "
                    change += "reason: \"mistyped\", expectedRevision: 1) { revision } }"
                    recorder.run(change, {"s": f"{lot}-0"})

        self.assertEqual(self.refusal(walk).code, "LIST_CHANGED")
        self.assertEqual(came, [f"{lot}-0", f"{lot}-1", f"{lot}-2"])

    def test_refuse_a_document_that_does_not_pass_the_cursor(self):
        asked = LOT.replace(", after: $after", "").replace(", $after: String", "")
        variables = {"lot": WORLD["lot"]["value"], "first": 5}
        error = self.refusal(list, self.gateway.pages(asked, "productionGroup.devices", variables))
        self.assertEqual(error.code, "BAD_USER_INPUT")

    def test_say_where_a_path_leads_nowhere(self):
        nothing = self.gateway.pages(LOT, "productionGroup.devices", {"lot": "P9999-0000", "first": 5})
        self.assertEqual(self.refusal(list, nothing).code, "NOT_FOUND")
        for path in ("productionGroup.owners", "productionGroup"):
            wrong = self.gateway.pages(LOT, path, {"lot": WORLD["lot"]["value"], "first": 5})
            self.assertEqual(self.refusal(list, wrong).code, "BAD_USER_INPUT")


class Waiting(OnAGateway):
    def test_as_long_as_retry_after_says(self):
        self.way.faults = [refused(429, "RATE_LIMITED", "3"), refused(503, "OVERLOADED", "7"), refused(503)]
        self.assertIn("fieldDefinitions", self.over_the_way().run(ANYTHING))
        self.assertEqual(self.waited(), [3, 7, 1])
        self.assertEqual(len(self.way.requests), 4)

    def test_until_a_date(self):
        self.way.faults = [refused(503, "OVERLOADED", "Fri, 01 Jan 2100 00:00:00 GMT")]
        self.assertEqual(self.refusal(self.over_the_way().run, ANYTHING).code, "OVERLOADED")
        self.way.faults = [refused(503, "OVERLOADED", "Sat, 01 Jan 2000 00:00:00 GMT")]
        self.over_the_way().run(ANYTHING)
        self.assertEqual(self.waited(), [0])

    def test_at_most_six_times(self):
        self.way.faults = [refused(503, "OVERLOADED", "0")] * 20
        error = self.refusal(self.over_the_way().run, ANYTHING)
        self.assertEqual((error.code, error.retryable, error.request_id), ("OVERLOADED", True, "of-the-way"))
        self.assertEqual(len(self.way.requests), tracegraph.ATTEMPTS)

    def test_never_longer_than_two_minutes(self):
        self.way.faults = [refused(429, "RATE_LIMITED", "100"), refused(429, "RATE_LIMITED", "100")]
        self.assertEqual(self.refusal(self.over_the_way().run, ANYTHING).code, "RATE_LIMITED")
        self.assertEqual(self.waited(), [100])

    def test_is_not_for_other_refusals(self):
        self.way.faults = [refused(400, "BAD_USER_INPUT", "1")]
        self.refusal(self.over_the_way().run, ANYTHING)
        self.assertEqual(len(self.way.requests), 1)

    def test_a_mutation_is_sent_again_only_where_it_was_never_begun(self):
        gateway = self.over_the_way("admin")
        serial = f"PY-ONCE-{os.getpid()}"
        self.way.faults = [refused(503, "SUBGRAPH_UNAVAILABLE", "0")]
        self.assertEqual(self.refusal(gateway.run, RECORD, {"serial": serial}).code, "SUBGRAPH_UNAVAILABLE")
        self.way.faults = [refused(503, "OVERLOADED", "0")]
        self.assertEqual(gateway.run(RECORD, {"serial": serial})["recordDevices"]["recorded"], 1)
        self.assertEqual(len(self.way.requests), 3)

    def test_of_a_published_document_nobody_knows_what_it_does(self):
        gateway = tracegraph.connect(self.way.url, api_key=WORLD["key"])
        self.way.faults = [refused(503, "TIMEOUT", "0")]
        self.assertEqual(self.refusal(gateway.run, WORLD["documentId"]).code, "TIMEOUT")

    def test_brings_a_client_through_its_own_rate(self):
        mock.patch.stopall()
        gateway = tracegraph.connect(WORLD["url"], api_key=WORLD["slowKey"])
        with mock.patch("tracegraph.time.sleep", wraps=tracegraph.time.sleep) as sleep:
            for _ in range(WORLD["slowBurst"] + 2):
                gateway.run(ANYTHING)
        self.assertGreaterEqual(len(sleep.call_args_list), 1)


class Breaking(OnAGateway):
    def test_nobody_there_is_unreachable(self):
        error = self.refusal(tracegraph.connect("http://127.0.0.1:9", token="t").run, ANYTHING)
        self.assertEqual((error.code, error.retryable), ("UNREACHABLE", True))

    def test_a_cut_answer_is_none(self):
        self.way.faults = [cut(10)]
        self.assertEqual(self.refusal(self.over_the_way().run, ANYTHING).code, "UNREACHABLE")

    def test_what_is_no_gateway_is_told_apart(self):
        for body, status in ((b"<html>", 200), (b"<html>", 502), (b"[]", 200), (b"{}", 200)):
            self.way.faults = [answered(body, status)]
            self.assertEqual(self.refusal(self.over_the_way().run, ANYTHING).code, "NO_GATEWAY")

    def test_a_redirect_gets_no_credential(self):
        other = FaultyWay(WORLD["url"])
        self.addCleanup(other.close)
        for status in (301, 302, 303, 307, 308):
            self.way.faults = [answered(b"{}", status, [("location", f"{other.url}/graphql")])]
            self.assertEqual(self.refusal(self.over_the_way().run, ANYTHING).code, "NO_GATEWAY")
        self.assertEqual(other.requests, [])


class Downloading(OnAGateway):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.group = {"field": "lotCode", "value": WORLD["lot"]["value"], "columns": ["serialNumber", "disposition"]}

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def ranges(self):
        return [headers.get("Range") for (_, path, headers, _) in self.way.requests if "manifest" not in path]

    def test_brings_the_devices_that_the_graph_has_and_says_what_they_are_known_by(self):
        variables = {"lot": WORLD["lot"]["value"], "first": 1000}
        expected = [node["serialNumber"] for node in self.gateway.pages(LOT, "productionGroup.devices", variables)]
        for format in ("ndjson", "csv"):
            receipt = self.gateway.download("group", self.path("lot"), format=format, **self.group)
            text = self.read("lot")
            rows = text.decode().splitlines()
            found = [json.loads(row)["serialNumber"] for row in rows] if format == "ndjson" else [row.split(",")[0] for row in rows[1:]]
            self.assertEqual(sorted(found), sorted(expected))
            self.assertEqual((receipt.rows, receipt.bytes), (len(expected), len(text)))
            self.assertEqual(receipt.sha256, hashlib.sha256(text).hexdigest())
            self.assertEqual(receipt.columns, {"serialNumber": "text", "disposition": "text"})
            self.assertRegex(receipt.moment, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    def test_takes_the_format_from_the_path(self):
        for suffix, begin in (("parquet", b"PAR1"), ("xlsx", b"PK"), ("arrow", b"\xff\xff\xff\xff"), ("csv", b"serialNumber,")):
            self.gateway.download("group", self.path(f"lot.{suffix}"), **self.group)
            self.assertEqual(self.read(f"lot.{suffix}")[: len(begin)], begin)

    def test_fetches_what_broken_connections_left_out(self):
        for broken in (cut, cut_in_a_chunk):
            self.way.requests.clear()
            self.way.faults = [broken(1000), passed_on, broken(500), passed_on, cut(0), passed_on]
            receipt = self.over_the_way().download("group", self.path("lot.ndjson"), **self.group)
            self.assertEqual(self.ranges(), [None, "bytes=1000-", "bytes=1500-", "bytes=1500-"])
            self.assertEqual(hashlib.sha256(self.read("lot.ndjson")).hexdigest(), receipt.sha256)
            self.assertEqual(receipt.rows, WORLD["lot"]["deviceCount"])

    def test_begins_again_where_the_way_knows_no_ranges(self):
        self.way.faults = [cut(1000), passed_on, without_range]
        receipt = self.over_the_way().download("group", self.path("lot.ndjson"), **self.group)
        self.assertEqual(len(self.read("lot.ndjson")), receipt.bytes)

    def test_waits_where_it_is_told_to(self):
        self.way.faults = [refused(503, "OVERLOADED", "4"), passed_on, refused(429, "RATE_LIMITED", "5")]
        self.over_the_way().download("group", self.path("lot.csv"), **self.group)
        self.assertEqual(self.waited(), [4, 5])

    def test_leaves_nothing_of_what_never_came_to_its_end(self):
        gone = answered(json.dumps({"errors": [{"message": "cut", "extensions": {"code": "NOT_FOUND"}}]}).encode(), 404)
        for faults in ([cut(1000), gone], [cut(1000), passed_on, gone], [cut(1000)] + [passed_on, cut(0)] * 10):
            self.way.faults = faults
            error = self.refusal(self.over_the_way().download, "group", self.path("lot.csv"), **self.group)
            self.assertEqual((error.code, error.retryable), ("EXPORT_CUT", True))
            self.assertIn("1000 bytes", error.message)
            self.assertEqual(os.listdir(self.folder), [])

    def test_takes_no_file_that_was_changed_on_its_way(self):
        older = self.gateway.download("group", self.path("lot.ndjson"), **self.group)
        for change in (
            lambda body: body.replace(b"RELEASED", b"SCRAPPED", 1),
            lambda body: body + body[body.rindex(b"\n", 0, -1) + 1 :],
        ):
            self.way.faults = [changed(change)]
            error = self.refusal(self.over_the_way().download, "group", self.path("lot.ndjson"), **self.group)
            self.assertEqual((error.code, error.retryable), ("EXPORT_DIFFERS", False))
            self.assertEqual(hashlib.sha256(self.read("lot.ndjson")).hexdigest(), older.sha256)
            self.assertEqual(os.listdir(self.folder), ["lot.ndjson"])

    def test_counts_rows_of_csv_whatever_stands_between_quotes(self):
        text = b'a,b\n"one\n""two""\n",1\n,"\n"\n"""",""\n'
        with open(self.path("a.csv"), "wb") as file:
            file.write(text)
        manifest = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest(), "rows": 3}
        for piece in (1, 2, 3, 5, 1000):
            with mock.patch("tracegraph.PIECE_BYTES", piece):
                tracegraph._check(self.path("a.csv"), "csv", manifest)
                wrong = {**manifest, "rows": 4}
                self.assertEqual(self.refusal(tracegraph._check, self.path("a.csv"), "csv", wrong).code, "EXPORT_DIFFERS")

    def test_refusals_are_the_gateways(self):
        unknown = {**self.group, "value": "P9999-0000"}
        self.assertEqual(self.refusal(self.gateway.download, "group", self.path("a.csv"), **unknown).code, "UNKNOWN_VALUE")
        error = self.refusal(self.gateway.download, "devices", self.path("a.csv"), columns=["serialNo"])
        self.assertEqual(error.code, "BAD_USER_INPUT")
        self.assertRegex(error.request_id, r"^[0-9a-f-]{36}$")
        self.assertEqual(self.refusal(self.gateway.download, "../livez", self.path("a.csv")).code, "NOT_FOUND")
        self.assertEqual(os.listdir(self.folder), [])

    def test_without_pandas_a_data_frame_is_refused_before_anything_is_sent(self):
        with mock.patch.dict(sys.modules, {"pandas": None}):
            self.assertRaises(ImportError, self.over_the_way().export, "devices")
        self.assertRaises(ValueError, self.gateway.download, "devices", self.path("a.csv"), columns="serialNumber")
        self.assertEqual(self.way.requests, [])


PANDAS = importlib.util.find_spec("pandas") is not None
PYARROW = importlib.util.find_spec("pyarrow") is not None


@unittest.skipUnless(PANDAS, "pandas is not installed")
class Frames(OnAGateway):
    FORMATS = ("ndjson", "csv", "arrow", "parquet") if PYARROW else ("ndjson", "csv")
    PLAIN = "serialNumber lotCode partNumber revision producedAt recordedAt attributes".split()
    COLUMNS = [*PLAIN, "attributes.leakTested", "attributes.refrigerantGrams", "attributes.calibratedOn"]

    def setUp(self):
        super().setUp()
        self.lot = f"000{os.getpid()}{self._testMethodName[-6:].upper()}"
        recorder = tracegraph.connect(WORLD["url"], token=WORLD["tokens"]["admin"])
        custom = {"boardVendor": "LERMA_ELECTRONICS"}
        more = {"leakTested": True, "refrigerantGrams": 1150, "calibratedOn": "2025-01-31"}
        self.rows = [
            {"serialNumber": f"{self.lot}-01", "partNumber": "=1+1", "producedAt": "2025-03-30T01:59:59.999999Z", "attributes": {**custom, **more}},
            {"serialNumber": f"{self.lot}-02", "partNumber": 'a "b", ä\U0001f600', "producedAt": None, "attributes": custom},
        ]
        record = "mutation($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { refused verdicts { code message } } }"
        answer = recorder.run(record, {"input": [{**row, "lotCode": self.lot} for row in self.rows]})["recordDevices"]
        self.assertEqual(answer["refused"], 0, answer)

    def frame(self, format, **options):
        asked = {"columns": self.COLUMNS, "field": "lotCode", "value": self.lot, **options}
        return self.gateway.export("group", format=format, **asked)

    def test_have_the_values_and_types_of_the_record_in_every_format(self):
        import pandas

        for format in self.FORMATS:
            with self.subTest(format=format):
                frame = self.frame(format)
                self.assertEqual(list(frame.columns), self.COLUMNS)
                types = "string string string Int64 datetime64[ns,UTC] datetime64[ns,UTC] object boolean Int64 string".split()
                self.assertEqual([str(type_).replace(" ", "") for type_ in frame.dtypes], types)
                first, second = (row for _, row in frame.iterrows())
                self.assertEqual([first.lotCode, first.serialNumber], [self.lot, f"{self.lot}-01"])
                self.assertEqual([first.partNumber, second.partNumber], [row["partNumber"] for row in self.rows])
                self.assertEqual(first.producedAt, pandas.Timestamp("2025-03-30T01:59:59.999999Z"))
                self.assertEqual(first.attributes, self.rows[0]["attributes"])
                custom = list(frame.columns[-3:])
                self.assertEqual(list(first[custom]), [True, 1150, "2025-01-31"])
                self.assertTrue(second[[*custom, "producedAt"]].isna().all())

    def test_have_times_to_the_microsecond_as_the_graph_tells_them(self):
        asked = "query($s: String!) { device(serialNumber: $s) { recordedAt } }"
        told = self.gateway.run(asked, {"s": f"{self.lot}-01"})["device"]["recordedAt"]
        for format in self.FORMATS:
            time = self.frame(format).recordedAt[0]
            self.assertEqual(time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), told)

    def test_are_the_same_in_every_format(self):
        import pandas

        first, *others = (self.gateway.export("revisions", format=format) for format in self.FORMATS)
        self.assertGreater(len(first), 5_000)
        for other in others:
            pandas.testing.assert_frame_equal(other, first)

    def test_of_a_scope_and_of_a_recall_have_exactly_its_devices(self):
        criteria = {"group": {"field": "lotCode", "values": [self.lot]}}
        manager = tracegraph.connect(WORLD["url"], token=WORLD["tokens"]["admin"])
        freeze = "mutation($c: RecallCriteria!) { freezeRecall(input: { title: \"t\", reason: \"r\", criteria: $c }) { id hash } }"
        recall = manager.run(freeze, {"c": criteria})["freezeRecall"]
        for frame in (self.gateway.export("scope", criteria=criteria), self.gateway.export("recall", id=recall["id"])):
            self.assertEqual(sorted(frame.serialNumber), [row["serialNumber"] for row in self.rows])
            text = "".join(f"{one}\n" for one in sorted(frame.serialNumber, key=str.encode))
            self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), recall["hash"])
        unknown = {"group": {"field": "lotCode", "values": ["P9999-0000"]}}
        self.assertEqual(self.refusal(self.gateway.export, "scope", criteria=unknown).code, "UNKNOWN_VALUE")

    def test_say_of_which_moment_and_which_file_they_are(self):
        frame = self.frame("ndjson")
        self.assertEqual(sorted(frame.attrs), ["exportId", "moment", "sha256"])

    def test_may_have_no_rows(self):
        ever = self.frame("ndjson", membership="EVER")
        self.assertEqual(len(ever), 2)
        recorder = tracegraph.connect(WORLD["url"], token=WORLD["tokens"]["admin"])
        change = "mutation($s: String!) { correctDevice(serialNumber: $s, changes: { lotCode: \"PY-OTHER\" }, "
        change += "reason: \"mistyped\", expectedRevision: 1) { revision } }"
        for row in self.rows:
            recorder.run(change, {"s": row["serialNumber"]})
        for format in self.FORMATS:
            nobody = self.frame(format)
            self.assertEqual((len(nobody), list(nobody.dtypes)), (0, list(ever.dtypes)))

    def test_are_made_of_four_formats(self):
        self.assertRaises(ValueError, self.gateway.export, "devices", format="xlsx")


class Secrets(OnAGateway):
    def test_stand_in_no_text_of_gateway_or_error(self):
        for secret in ({"token": WORLD["tokens"]["analyst"]}, {"api_key": WORLD["key"]}):
            (value,) = secret.values()
            for url in (WORLD["url"], self.way.url, "http://127.0.0.1:9"):
                self.way.faults = [cut(10)]
                gateway = tracegraph.connect(url, **secret)
                self.assertNotIn(value, repr(gateway) + repr(vars(gateway)) + repr(vars(gateway._sender)))
                try:
                    gateway.run("query { nonsense }")
                except tracegraph.TracegraphError as error:
                    # Without this test's own frame, which knows the secret.
                    frames = error.__traceback__.tb_next
                    told = traceback.TracebackException(type(error), error, frames, capture_locals=True)
                    text = "".join(told.format()) + repr(error) + repr(vars(error))
                self.assertIn("TracegraphError", text)
                self.assertNotIn(value, text)

    def test_with_a_line_end_are_refused_without_being_quoted(self):
        for secret in ({"token": "abc\ndef"}, {"api_key": "abc def"}):
            with self.assertRaises(ValueError) as refused:
                tracegraph.connect(**secret)
            self.assertNotIn("abc", str(refused.exception))


class Connecting(unittest.TestCase):
    def test_takes_address_and_token_from_the_environment(self):
        environment = {"TRACEGRAPH_URL": "https://graph.example.com/", "TRACEGRAPH_TOKEN": "abc"}
        with mock.patch.dict(os.environ, environment):
            self.assertEqual(tracegraph.connect().url, "https://graph.example.com")
            self.assertEqual(tracegraph.connect("http://localhost:1").url, "http://localhost:1")
        with mock.patch.dict(os.environ, {}, clear=True):
            self.assertEqual(tracegraph.connect(token="abc").url, "http://localhost:4000")
            self.assertRaises(ValueError, tracegraph.connect)

    def test_refuses_what_is_no_address(self):
        for url in ("localhost:4000", "ftp://a", "https://me:secret@a", "https://a?token=secret", "https://"):
            with self.assertRaises(ValueError) as refused:
                tracegraph.connect(url, token="abc")
            self.assertNotIn("secret", str(refused.exception))

    def test_refuses_two_credentials(self):
        self.assertRaises(ValueError, tracegraph.connect, token="a", api_key="b")


if __name__ == "__main__":
    unittest.main()
