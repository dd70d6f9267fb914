#!/usr/bin/env python3
"""Puts files into Azurite, and signs URLs for them. Standard library only.

  ci/azure_blob.py upload ACCOUNT_URL CONTAINER NAME=FILE ...   makes the container where it is missing
  ci/azure_blob.py sign ACCOUNT_URL CONTAINER NAME SECONDS      prints a URL that may be read until then

ACCOUNT_URL is http://127.0.0.1:PORT/devstoreaccount1. SECONDS may be negative: such a URL expired already.
The rules of signing are Microsoft's "Create a service SAS" and "Create an account SAS".
"""

import base64
import datetime
import hashlib
import hmac
import sys
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "devstoreaccount1"
# This is no secret: it is the documented key of every Azurite.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2018-11-09"


def until(seconds):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def signature(*fields):
    digest = hmac.new(base64.b64decode(KEY), "\n".join(fields).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def account_query(permissions, seconds):
    """An account SAS for containers and blobs."""
    end = until(seconds)
    signed = signature(ACCOUNT, permissions, "b", "co", "", end, "", "", VERSION, "")
    return {"sv": VERSION, "ss": "b", "srt": "co", "sp": permissions, "se": end, "sig": signed}


def blob_query(container, name, seconds):
    """A service SAS that reads one blob."""
    end, resource = until(seconds), f"/blob/{ACCOUNT}/{container}/{name}"
    signed = signature("r", "", end, resource, "", "", "", VERSION, "b", "", "", "", "", "", "")
    return {"sv": VERSION, "sr": "b", "sp": "r", "se": end, "sig": signed}


def blob_url(account_url, container, name, query):
    return f"{account_url}/{container}/{urllib.parse.quote(name)}?{urllib.parse.urlencode(query)}"


def put(url, body=b"", headers=None):
    request = urllib.request.Request(url, data=body, method="PUT", headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def upload(account_url, container, *files):
    query = account_query("cw", 3600)
    try:
        put(f"{account_url}/{container}?restype=container&{urllib.parse.urlencode(query)}")
    except urllib.error.HTTPError as error:
        if error.code != 409:  # it is there
            raise
    for file in files:
        name, path = file.split("=", 1)
        with open(path, "rb") as source:
            body = source.read()
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        put(blob_url(account_url, container, name, query), body, headers)


def sign(account_url, container, name, seconds):
    print(blob_url(account_url, container, name, blob_query(container, name, int(seconds))))


if __name__ == "__main__":
    commands = {"upload": upload, "sign": sign}
    if len(sys.argv) < 5 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
