"""Tests of tracegraph.py, against a gateway that runs: `test/notebooks/` starts one and says where.

TRACEGRAPH_TEST holds JSON: the gateway's `url`, tokens by role, an API `key` of a client for which the
document `documentId` is published, and a `lot` of the demo with its `deviceCount`.
"""

import json
import os
import traceback
import unittest
from unittest import mock

import tracegraph
from faulty_way import FaultyWay, answered, cut, refused

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
