"""The schema registry, over Confluent's HTTP interface: which schema is the newest, which has this id."""

import base64
import json
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import OrderedDict

from .avro import AvroError, Schema

_MOST_BYTES = 1 << 20
_MOST_SCHEMAS = 256


class RegistryError(Exception):
    """The registry does not answer, or not with a schema; the message says what and where.

    ``missing`` is true where it answered that there is no such schema: asking again is of no use.
    """

    def __init__(self, message, missing=False):
        super().__init__(message)
        self.missing = missing


class SchemaRegistry:
    """Schemas by id and by subject; the youngest few hundred are kept. Thread safe."""

    def __init__(self, url, basic_auth=None, ca_file=None, timeout=10.0):
        """
        :param url: for example ``http://127.0.0.1:8081/apis/ccompat/v7``, which is what
            ``deftstream stack up`` prints
        :param basic_auth: a pair of name and password, or None
        :param ca_file: certificates to trust, in PEM, or None for those of the machine
        :param timeout: seconds that one request may take
        """
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the registry's address must begin with http:// or https://, got {url!r}")
        if "@" in parts.netloc:
            raise ValueError("name and password belong into basic_auth, not into the address")
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._headers = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
        if basic_auth:
            pair = ":".join(basic_auth).encode("utf-8")
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
        handlers = [_NoRedirect()]
        if parts.scheme == "https":
            handlers.append(
                urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file))
            )
        self._opener = urllib.request.build_opener(*handlers)
        self._known = OrderedDict()
        self._lock = threading.Lock()

    def newest(self, subject):
        """The id and the schema that were registered last for a subject; asked for each time."""
        path = f"/subjects/{urllib.parse.quote(subject, safe='')}/versions/latest"
        answer = self._get(path, f"subject '{subject}'")
        try:
            number, text = int(answer["id"]), answer["schema"]
        except (KeyError, TypeError, ValueError):
            raise RegistryError(f"{self._url}{path} does not answer with a schema") from None
        return number, self._parsed(number, text)

    def by_id(self, number):
        """The schema of an id, as it stands in front of every value."""
        with self._lock:
            known = self._known.get(number)
            if known is not None:
                self._known.move_to_end(number)
        if known is None:
            answer = self._get(f"/schemas/ids/{number}", f"schema {number}")
            if not isinstance(answer, dict) or "schema" not in answer:
                raise RegistryError(f"{self._url}/schemas/ids/{number} does not answer with a schema")
            known = self._parsed(number, answer["schema"])
        return known

    def _parsed(self, number, text):
        try:
            schema = Schema(text)
        except AvroError as e:
            raise RegistryError(f"schema {number} of {self._url} cannot be used: {e}", True) from None
        with self._lock:
            self._known[number] = schema
            while len(self._known) > _MOST_SCHEMAS:
                self._known.popitem(last=False)
        return schema

    def _get(self, path, what):
        request = urllib.request.Request(self._url + path, headers=self._headers)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                text = response.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as e:
            with e:
                raise self._refused(e, what) from None
        except (OSError, ValueError) as e:
            reason = getattr(e, "reason", None) or e
            raise RegistryError(f"the registry at {self._url} does not answer: {reason}") from None
        if len(text) > _MOST_BYTES:
            raise RegistryError(f"{self._url}{path} answers with more than {_MOST_BYTES} bytes")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise RegistryError(f"{self._url}{path} does not answer with JSON") from None

    def _refused(self, error, what):
        if error.code in (401, 403):
            return RegistryError(f"the registry at {self._url} wants another name or password")
        if error.code == 404:
            if self._is_registry(error):
                return RegistryError(
                    f"the registry at {self._url} has no {what}; deftstream topics create registers"
                    " the schemas",
                    True,
                )
            return RegistryError(
                f"{self._url} is no schema registry; with the stack of Deftstream its address ends"
                " with /apis/ccompat/v7"
            )
        return RegistryError(f"the registry at {self._url} answers {error.code} for {what}")

    @staticmethod
    def _is_registry(error):
        """Its answers carry codes of their own, for example 40401; those of a web server do not."""
        try:
            return "error_code" in json.loads(error.read(_MOST_BYTES))
        except (OSError, ValueError, TypeError, RecursionError):
            return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Name and password are for the address that was given, and for no other."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None
