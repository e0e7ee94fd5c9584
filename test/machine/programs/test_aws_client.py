"""Unit tests of aws_client."""

import unittest
from datetime import UTC, datetime
from unittest import mock

from load_program import load_program

client = load_program("aws/aws_client.py")


class Machine:
    region = "us-east-1"

    def endpoint(self, _service):
        return "https://example.amazonaws.com"

    def credentials(self):
        return client.Credentials(
            "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token", 0
        )


class Client(unittest.TestCase):
    def test_reads_the_facts_of_a_machine(self):
        text = "# facts\nA=plain\nB='quoted words'\nC=\"x\"\n\nnothing\n"
        self.assertEqual(client.read_facts(text), {"A": "plain", "B": "quoted words", "C": "x"})

    def test_names_the_domain_of_each_partition(self):
        for region, suffix in (
            ("eu-central-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ):
            self.assertEqual(client.dns_suffix(region), suffix)

    def test_tries_again_what_passes_and_nothing_else(self):
        for status, code, again in (
            (400, "ThrottlingException", True),
            (400, "RequestLimitExceeded", True),
            (429, "", True),
            (503, "SlowDown", True),
            (500, "", True),
            (400, "ValidationException", False),
            (403, "AccessDenied", False),
            (404, "NoSuchKey", False),
        ):
            self.assertEqual(client.is_transient(status, code), again)

    def test_finds_the_name_of_an_error(self):
        for body, code in (
            (b"<Error><Code>SlowDown</Code></Error>", "SlowDown"),
            (b'{"__type": "com.amazon#ThrottlingException"}', "ThrottlingException"),
            (b'{"__type":"ParameterNotFound"}', "ParameterNotFound"),
            (b"nothing", ""),
        ):
            self.assertEqual(client.error_code(body), code)

    def test_pauses_between_tries_and_gives_up(self):
        calls = []

        def call():
            calls.append(1)
            raise client.AwsError("call", "HTTP 503", transient=True)

        with mock.patch.object(client.time, "sleep") as sleep, self.assertRaises(client.AwsError):
            client.retry(call)
        self.assertEqual(len(calls), client.TRIES)
        longest = max(args[0] for args, _ in sleep.call_args_list)
        self.assertLessEqual(longest, client.LONGEST_PAUSE_SECONDS)

    def test_signs_as_botocore_does(self):
        try:
            from botocore.auth import SigV4Auth
            from botocore.awsrequest import AWSRequest
            from botocore.credentials import Credentials
        except ImportError:
            self.skipTest("botocore is not installed")
        moment = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
        url = "https://example.amazonaws.com/a/key?partNumber=2&uploadId=an%2Fid%2B%3D"
        service = client.Service(Machine(), "logs")
        with mock.patch.object(client.datetime, "datetime", mock.Mock(now=lambda _tz: moment)):
            mine = service.sign(
                "PUT", url, {"X-Own": "value"}, client.hashlib.sha256(b"x").hexdigest()
            )
        request = AWSRequest("PUT", url, {"X-Own": "value"}, b"x")
        request.headers["x-amz-content-sha256"] = mine["x-amz-content-sha256"]
        own = Machine().credentials()
        theirs = Credentials(own.key_id, own.secret, own.token)
        with mock.patch("botocore.auth.get_current_datetime", lambda: moment.replace(tzinfo=None)):
            SigV4Auth(theirs, "logs", "us-east-1").add_auth(request)
        self.assertEqual(mine["authorization"], request.headers["Authorization"])


if __name__ == "__main__":
    unittest.main()
