#!/usr/bin/env python3
"""What somebody writes in an afternoon, to compare with: packages and fetches with zipfile and `cryptography`.

  ci/peer.py zip FOLDER ARCHIVE            the zip alone, standard library only; prints its bytes and the seconds
  ci/peer.py pack FOLDER SETUP PACKAGE     a whole .intunewin; prints bytes and seconds of the zip in it
  ci/peer.py fetch CONTENT_JSON FOLDER     downloads, checks MAC and digest, decrypts, unpacks

One thread, one step after the other, each step a file: the usual way. No policy for names, no resume, no manifest.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.request
import zipfile

STEP = 1 << 20


def blocks(file):
    while block := file.read(STEP):
        yield block


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def zip_folder(source, target):
    # zlib at level 6, like Microsoft's tool.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6, strict_timestamps=False) as archive:
        for folder, _, names in os.walk(source):
            for name in names:
                path = os.path.join(folder, name)
                archive.write(path, os.path.relpath(path, source))


def timed_zip(source, target):
    start = time.monotonic()
    zip_folder(source, target)
    print(os.path.getsize(target), round(time.monotonic() - start, 2))


def aes_cbc(key, iv):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(iv))


def encrypt(source, target, key, mac_key, iv):
    """Writes MAC, IV and ciphertext; the MAC is over the latter two."""
    mac = hmac.new(mac_key, iv, "sha256")
    encryptor = aes_cbc(key, iv).encryptor()
    with open(source, "rb") as plain, open(target, "wb") as content:
        content.write(bytes(32) + iv)
        for block in blocks(plain):
            block = encryptor.update(block)
            mac.update(block)
            content.write(block)
        padding = 16 - os.path.getsize(source) % 16
        block = encryptor.update(bytes([padding] * padding)) + encryptor.finalize()
        mac.update(block)
        content.write(block)
        content.seek(0)
        content.write(mac.digest())
    return mac.digest()


def detection(setup, size, fields):
    info = "".join(f"<{name}>{base64.b64encode(value).decode()}</{name}>" for name, value in fields.items())
    return (
        f'<ApplicationInfo ToolVersion="1.8.7.0"><Name>{setup}</Name>'
        f"<UnencryptedContentSize>{size}</UnencryptedContentSize><FileName>IntunePackage.intunewin</FileName>"
        f"<SetupFile>{setup}</SetupFile><EncryptionInfo>{info}<ProfileIdentifier>ProfileVersion1</ProfileIdentifier>"
        "<FileDigestAlgorithm>SHA256</FileDigestAlgorithm></EncryptionInfo></ApplicationInfo>"
    )


def pack(source, setup, package):
    payload, content = package + ".zip", package + ".content"
    timed_zip(source, payload)
    key, mac_key, iv = secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(16)
    digest = digest_of(payload)
    mac = encrypt(payload, content, key, mac_key, iv)
    fields = {
        "EncryptionKey": key,
        "MacKey": mac_key,
        "InitializationVector": iv,
        "Mac": mac,
        "FileDigest": digest,
    }
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        archive.write(content, "IntuneWinPackage/Contents/IntunePackage.intunewin")
        document = detection(setup, os.path.getsize(payload), fields)
        archive.writestr("IntuneWinPackage/Metadata/Detection.xml", document)
    os.remove(payload)
    os.remove(content)


def fetch(document, folder):
    with open(document) as file:
        document = json.load(file)
    names = ("encryptionKey", "macKey", "initializationVector", "mac", "fileDigest")
    key, mac_key, iv, expected, digest = (base64.b64decode(document["fileEncryptionInfo"][name]) for name in names)
    content, payload = folder + ".content", folder + ".zip"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(document["url"]) as answer, open(content, "wb") as file:
        for block in blocks(answer):
            file.write(block)
    mac = hmac.new(mac_key, digestmod="sha256")
    with open(content, "rb") as file:
        if file.read(32) != expected:
            sys.exit("another content")
        for block in blocks(file):
            mac.update(block)
    if not hmac.compare_digest(mac.digest(), expected):
        sys.exit("the MAC is wrong")
    decryptor = aes_cbc(key, iv).decryptor()
    with open(content, "rb") as file, open(payload, "wb") as plain:
        file.seek(48)
        for block in blocks(file):
            plain.write(decryptor.update(block))
        plain.write(decryptor.finalize())
        plain.truncate(document["size"])  # without the padding
    os.remove(content)
    if digest_of(payload) != digest:
        sys.exit("the digest is wrong")
    with zipfile.ZipFile(payload) as archive:
        archive.extractall(folder)
    os.remove(payload)


if __name__ == "__main__":
    {"zip": timed_zip, "pack": pack, "fetch": fetch}[sys.argv[1]](*sys.argv[2:])
