"""Unit tests of evaluate-serving-certificates."""

import base64
import ipaddress
import unittest
from datetime import UTC, datetime, timedelta

from load_program import load_program

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
except ImportError:
    raise unittest.SkipTest("python3-cryptography is not installed") from None

program = load_program("control-plane/evaluate-serving-certificates.py")

NODE = "i-0123456789abcdef5"
ADDRESS = "10.0.0.5"
KNOWN = {NODE: ADDRESS}
KEY = ec.generate_private_key(ec.SECP256R1())
NAMES = (x509.DNSName(NODE), x509.IPAddress(ipaddress.ip_address(ADDRESS)))


def make(names=NAMES, subject=None, extensions=(), challenge=False):
    """A request in PEM."""
    subject = subject or [
        (NameOID.ORGANIZATION_NAME, "system:nodes"),
        (NameOID.COMMON_NAME, f"system:node:{NODE}"),
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    if challenge:
        builder = builder.add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.7"), b"word")
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)


def item(request=None, name="csr-1", **spec):
    return {
        "metadata": {"name": name},
        "spec": {
            "signerName": "kubernetes.io/kubelet-serving",
            "username": f"system:node:{NODE}",
            "groups": ["system:nodes", "system:authenticated"],
            "usages": ["digital signature", "server auth"],
            "request": base64.b64encode(make() if request is None else request).decode(),
        }
        | spec,
    }


class Evaluate(unittest.TestCase):
    def verdict(self, subject, known=KNOWN):
        line = program.evaluate(subject, known)
        return "undecided" if line is None else line.split(" ")[0]

    def test_approves_what_a_kubelet_asks_for(self):
        self.assertEqual(self.verdict(item()), "approve")
        self.assertEqual(self.verdict(item(make(names=NAMES[1:]))), "approve")

    def test_denies_extensions_and_attributes_beyond_the_names(self):
        location = x509.UniformResourceIdentifier("http://evil.example")
        beyond = {
            "basicConstraints": x509.BasicConstraints(ca=True, path_length=None),
            "authorityInfoAccess": x509.AuthorityInformationAccess(
                [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)]
            ),
            "tlsfeature": x509.TLSFeature([x509.TLSFeatureType.status_request]),
            "unknown": x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"),
            "keyUsage": x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")]),
        }
        for name, extension in beyond.items():
            with self.subTest(name):
                self.assertEqual(self.verdict(item(make(extensions=[extension]))), "deny")
        self.assertEqual(self.verdict(item(make(challenge=True))), "deny")

    def test_denies_names_of_others_and_of_other_kinds(self):
        other = ipaddress.ip_address("10.0.0.6")
        for names in (
            (),
            (*NAMES, x509.DNSName("kubernetes.default.svc")),
            (x509.DNSName(f"*.{NODE}"),),
            (x509.DNSName(NODE.upper()),),
            (*NAMES, x509.IPAddress(other)),
            (x509.IPAddress(ipaddress.ip_network("10.0.0.0/24")),),
            (*NAMES, x509.UniformResourceIdentifier("https://example.com")),
            (*NAMES, x509.RFC822Name("a@example.com")),
            (*NAMES, x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")),
            (x509.DNSName(ADDRESS),),
        ):
            with self.subTest(names):
                self.assertEqual(self.verdict(item(make(names=names))), "deny")

    def test_denies_another_subject_user_or_usage(self):
        organization = (NameOID.ORGANIZATION_NAME, "system:nodes")
        name = (NameOID.COMMON_NAME, f"system:node:{NODE}")
        for subject in (
            [name],
            [organization, (NameOID.COMMON_NAME, "system:node:i-0123456789abcdef6")],
            [(NameOID.ORGANIZATION_NAME, "system:masters"), name],
            [organization, organization, name],
            [organization, name, (NameOID.COUNTRY_NAME, "DE")],
        ):
            with self.subTest(subject):
                self.assertEqual(self.verdict(item(make(subject=subject))), "deny")
        self.assertEqual(self.verdict(item(username="somebody")), "deny")
        self.assertEqual(self.verdict(item(groups=["system:authenticated"])), "deny")
        self.assertEqual(self.verdict(item(usages=["server auth", "client auth"])), "deny")

    def test_denies_what_is_not_one_request(self):
        for request in (
            b"\xff" + make(),
            make() + make(),
            b"",
            b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            make().replace(b"A", b"B", 1),
        ):
            with self.subTest(request[:30]):
                self.assertEqual(self.verdict(item(request)), "deny")
        self.assertEqual(
            self.verdict(item() | {"spec": item()["spec"] | {"request": "no base64!"}}), "deny"
        )

    def test_leaves_undecided_what_may_only_be_early(self):
        self.assertEqual(self.verdict(item(), known={}), "undecided")
        old = item()
        made = datetime.now(UTC) - timedelta(hours=1)
        old["metadata"]["creationTimestamp"] = made.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertEqual(self.verdict(old, known={}), "undecided")

    def test_goes_on_after_one_that_breaks_it(self):
        broken = {"metadata": {"name": "broken"}, "spec": {"username": 7, "signerName": ""}}
        self.assertEqual(self.verdict(broken), "undecided")
        self.assertEqual(self.verdict(item()), "approve")

    def test_reads_every_page(self):
        page = (
            '<r xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item><instancesSet>'
            "<item><instanceState><name>{}</name></instanceState><instanceId>{}</instanceId>"
            "<privateIpAddress>{}</privateIpAddress></item></instancesSet></item></reservationSet>{}</r>"
        )
        found = {}
        first = page.format("running", "i-1", "10.0.0.1", "<nextToken>t/1=</nextToken>")
        self.assertEqual(program.read_page(first.encode(), found), "t/1=")
        second = page.format("running", "i-2", "10.0.0.2", "")
        self.assertEqual(program.read_page(second.encode(), found), "")
        program.read_page(page.format("stopped", "i-3", "10.0.0.3", "").encode(), found)
        self.assertEqual(found, {"i-1": "10.0.0.1", "i-2": "10.0.0.2"})


if __name__ == "__main__":
    unittest.main()
