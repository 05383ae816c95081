# SPDX-License-Identifier: Apache-2.0
"""Makes releases in the form in which thirty projects publish theirs, for the recipes in
configs/gallery.

    gallery.py list                    the programs, one a line
    gallery.py make PROGRAM DIRECTORY  its release, as DIRECTORY/HOST/PATH for a web server
    gallery.py operand PROGRAM         what bundler init is given of it: the repository, or a URL
    gallery.py table                   the rows of docs/gallery.md, without what a test adds

The facts are upstream's: release scripts, goreleaser files and Dockerfiles, read in August 2026. They
are stated here a second time on purpose, in full names and not in a recipe's templates, so that a
recipe that is wrong finds nothing. The archives are synthetic, with a small program for each platform.

`make` prints for each platform its name, the SHA-256 of its asset, and those of the programs in it.
"""

import bz2
import dataclasses
import gzip
import hashlib
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zipfile

# ELF machine, bits and byte order, or the machine of a PE image.
MACHINES = {
    "linux/386": (3, 32, "<"), "linux/amd64": (62, 64, "<"), "linux/arm/v5": (40, 32, "<"),
    "linux/arm/v6": (40, 32, "<"), "linux/arm/v7": (40, 32, "<"), "linux/arm64": (183, 64, "<"),
    "linux/loong64": (258, 64, "<"), "linux/mips64le": (8, 64, "<"), "linux/ppc64le": (21, 64, "<"),
    "linux/riscv64": (243, 64, "<"), "linux/s390x": (22, 64, ">"),
    "windows/amd64": 0x8664, "windows/arm64": 0xaa64,
}


def words(separator, text):
    """What stands for each platform: linux without more, then what follows '=' or the last part of
    the platform's name."""
    found = {}
    for token in text.split():
        platform, _, word = token.partition("=")
        platform = platform if platform.startswith("windows/") else "linux/" + platform
        system, _, architecture = platform.partition("/")
        found[platform] = system + separator + (word or architecture)
    return found


@dataclasses.dataclass
class Release:
    """In all texts '*' is the platform's word; 'ASSET' in those of sums is the asset's name."""
    url: str                    # of the directory that the assets are in
    words: dict
    asset: str
    members: str                # in the archive; '!' after a program, which is .exe on Windows
    sums: str                   # name of the checksum file, or of each
    form: str = "gnu"           # what is in it
    wrap: str = ""              # the directory around the members
    windows: str = ""           # the asset there, if it has another name
    windows_members: str = ""
    sums_url: str = ""          # if it is elsewhere
    github: str = ""            # OWNER/REPOSITORY@TAG whose release has all of this
    twins: str = ""             # what a second copy of each asset lacks in its name
    also: str = ""              # further assets, which are no recipe's business
    dynamic: bool = False       # needs a dynamic linker, so that no recipe can make a scratch image


GITHUB = "https://github.com/{}/releases/download/{}"


def on_github(repository, tag, *facts, **more):
    return Release(GITHUB.format(repository, tag), *facts, github=f"{repository}@{tag}", **more)


PROMETHEUS = "386 amd64 arm/v5=armv5 arm/v6=armv6 arm/v7=armv7 arm64 mips64le ppc64le riscv64 s390x"

PROGRAMS = {
    "prometheus": on_github(
        "prometheus/prometheus", "v3.14.0", words("-", PROMETHEUS + " windows/amd64 windows/arm64"),
        "prometheus-3.14.0.*.tar.gz", "prometheus! promtool! LICENSE NOTICE prometheus.yml",
        "sha256sums.txt", wrap="prometheus-3.14.0.*",
        also="prometheus-3.14.0.darwin-arm64.tar.gz prometheus-3.14.0.windows-amd64.zip "
             "prometheus-web-ui-3.14.0.tar.gz"),
    "alertmanager": on_github(
        "prometheus/alertmanager", "v0.34.0", words("-", PROMETHEUS + " windows/amd64 windows/arm64"),
        "alertmanager-0.34.0.*.tar.gz", "alertmanager! amtool! LICENSE NOTICE alertmanager.yml",
        "sha256sums.txt", wrap="alertmanager-0.34.0.*",
        also="alertmanager-0.34.0.darwin-arm64.tar.gz alertmanager-0.34.0.windows-amd64.zip"),
    "node_exporter": on_github(
        "prometheus/node_exporter", "v1.12.1", words("-", PROMETHEUS),
        "node_exporter-1.12.1.*.tar.gz", "node_exporter! LICENSE NOTICE", "sha256sums.txt",
        wrap="node_exporter-1.12.1.*", also="node_exporter-1.12.1.darwin-arm64.tar.gz"),
    "etcd": on_github(
        "etcd-io/etcd", "v3.7.1", words("-", "amd64 arm64 ppc64le s390x windows/amd64"),
        "etcd-v3.7.1-*.tar.gz", "etcd! etcdctl! etcdutl! README.md Documentation/README.md",
        "SHA256SUMS", wrap="etcd-v3.7.1-*", windows="etcd-v3.7.1-*.zip",
        also="etcd-v3.7.1-darwin-amd64.zip"),
    "caddy": on_github(
        "caddyserver/caddy", "v2.11.4",
        words("_", "amd64 arm/v5=armv5 arm/v6=armv6 arm/v7=armv7 arm64 ppc64le riscv64 s390x "
                   "windows/amd64 windows/arm64"),
        "caddy_2.11.4_*.tar.gz", "caddy! LICENSE README.md", "caddy_2.11.4_checksums.txt", "sha512",
        windows="caddy_2.11.4_*.zip",
        also="caddy_2.11.4_linux_amd64.deb caddy_2.11.4_linux_amd64.tar.gz.sig "
             "caddy_2.11.4_linux_amd64.sbom caddy_2.11.4_mac_arm64.tar.gz caddy_2.11.4_src.tar.gz "
             "caddy_2.11.4_buildable-artifact.tar.gz"),
    "traefik": on_github(
        "traefik/traefik", "v3.7.9",
        words("_", "386 amd64 arm/v6=armv6 arm/v7=armv7 arm64 ppc64le riscv64 s390x "
                   "windows/amd64 windows/arm64"),
        "traefik_v3.7.9_*.tar.gz", "traefik! LICENSE.md CHANGELOG.md",
        "traefik_v3.7.9_checksums.txt", windows="traefik_v3.7.9_*.zip",
        also="traefik_v3.7.9_darwin_arm64.tar.gz traefik_v3.7.9_windows_386.zip "
             "traefik-v3.7.9.src.tar.gz"),
    "coredns": on_github(
        "coredns/coredns", "v1.14.7",
        words("_", "amd64 arm/v7=arm arm64 loong64 mips64le ppc64le riscv64 s390x windows/amd64"),
        "coredns_1.14.7_*.tgz", "coredns!", "ASSET.sha256",
        also="coredns_1.14.7_linux_mips.tgz coredns_1.14.7_darwin_arm64.tgz"),
    "consul": Release(
        "https://releases.hashicorp.com/consul/2.0.3",
        words("_", "386 amd64 arm/v7=arm arm64 windows/amd64"),
        "consul_2.0.3_*.zip", "consul! LICENSE.txt", "consul_2.0.3_SHA256SUMS",
        also="consul_2.0.3_darwin_arm64.zip consul_2.0.3_windows_386.zip"),
    "vault": Release(
        "https://releases.hashicorp.com/vault/2.0.4",
        words("_", "386 amd64 arm64 windows/amd64"),
        "vault_2.0.4_*.zip", "vault! LICENSE.txt", "vault_2.0.4_SHA256SUMS",
        also="vault_2.0.4_darwin_arm64.zip vault_2.0.4_freebsd_amd64.zip"),
    "minio": Release(
        "https://dl.min.io/server/minio/release/*/archive",
        words("-", "amd64 arm64 ppc64le windows/amd64"),
        "minio.RELEASE.2025-09-07T16-13-09Z", "", "ASSET.sha256sum", "one space"),
    "loki": on_github(
        "grafana/loki", "v3.7.6", words("-", "amd64 arm/v7=arm arm64 windows/amd64=amd64.exe"),
        "loki-*.zip", "loki-*!", "SHA256SUMS", windows_members="loki-*",
        also="logcli-linux-amd64.zip logcli-linux-arm64.zip loki-3.7.6.x86_64.rpm "
             "loki-canary-linux-amd64.zip loki-darwin-arm64.zip loki_3.7.6_amd64.deb "
             "lokitool-linux-amd64.zip promtail-linux-amd64.zip"),
    "tempo": on_github(
        "grafana/tempo", "v3.0.2", words("_", "amd64 arm64 windows/amd64"),
        "tempo_3.0.2_*.tar.gz", "tempo! tempo-query! tempo-cli! LICENSE README.md CHANGELOG.md",
        "SHA256SUMS", also="tempo_3.0.2_darwin_arm64.tar.gz tempo_3.0.2_linux_amd64.deb"),
    "mimir": on_github(
        "grafana/mimir", "mimir-3.2.0", words("-", "amd64 arm64"),
        "mimir-*", "", "ASSET-sha-256", "digest",
        also="mimirtool-linux-amd64 mimirtool-linux-arm64 mimirtool-windows-amd64.exe "
             "metaconvert-linux-amd64 query-tee-linux-amd64 mimir-darwin-arm64"),
    "victoria-metrics": on_github(
        "VictoriaMetrics/VictoriaMetrics", "v1.150.0",
        words("-", "386 amd64 arm/v7=arm arm64 s390x windows/amd64"),
        "victoria-metrics-*-v1.150.0.tar.gz", "victoria-metrics-prod!",
        "victoria-metrics-*-v1.150.0_checksums.txt", "gnu and program",
        windows="victoria-metrics-*-v1.150.0.zip", windows_members="victoria-metrics-*-prod!",
        also="vmutils-linux-amd64-v1.150.0.tar.gz vmutils-linux-amd64-v1.150.0_checksums.txt "
             "victoria-metrics-linux-amd64-v1.150.0-cluster.tar.gz "
             "victoria-metrics-darwin-arm64-v1.150.0.tar.gz"),
    "telegraf": Release(
        "https://dl.influxdata.com/telegraf/releases",
        words("_", "386=i386 amd64 arm/v5=armel arm/v6=armhf arm64 loong64 ppc64le riscv64 s390x "
                   "windows/amd64 windows/arm64"),
        "telegraf-1.39.3_*.tar.gz",
        "usr/bin/telegraf! etc/telegraf/telegraf.conf etc/logrotate.d/telegraf "
        "usr/lib/telegraf/scripts/init.sh",
        "telegraf-v1.39.3.DIGESTS", wrap="telegraf-1.39.3", windows="telegraf-1.39.3_*.zip",
        windows_members="telegraf! telegraf.conf",
        also="telegraf_1.39.3-1_amd64.deb telegraf-1.39.3-1.x86_64.rpm "
             "telegraf-1.39.3_darwin_arm64.tar.gz"),
    "jaeger": on_github(
        "jaegertracing/jaeger", "v2.20.0", words("-", "amd64 arm64 ppc64le s390x windows/amd64"),
        "jaeger-2.20.0-*.tar.gz", "jaeger! example-hotrod!", "jaeger-2.20.0.sha256sum.txt", "binary",
        wrap="jaeger-2.20.0-*",
        also="jaeger-2.20.0-windows-amd64.zip jaeger-2.20.0-darwin-arm64.tar.gz "
             "jaeger-tools-2.20.0-linux-amd64.tar.gz jaeger-tools-2.20.0-linux-arm64.tar.gz"),
    "otelcol": on_github(
        "open-telemetry/opentelemetry-collector-releases", "v0.159.0",
        words("_", "386 amd64 arm/v7=armv7 arm64 ppc64le riscv64 s390x windows/amd64 windows/arm64"),
        "otelcol_0.159.0_*.tar.gz", "otelcol!", "ASSET.sha256", "digest without newline",
        also="otelcol_0.159.0_linux_amd64.deb otelcol_0.159.0_darwin_arm64.tar.gz "
             "otelcol_0.159.0_linux_amd64.tar.gz.sbom.json otelcol-contrib_0.159.0_linux_amd64.tar.gz "
             "otelcol-contrib_0.159.0_linux_arm64.tar.gz opampsupervisor_0.159.0_linux_amd64"),
    "cockroach": Release(
        "https://binaries.cockroachdb.com", words("-", "amd64 arm64"),
        "cockroach-v26.2.5.*.tgz", "cockroach! lib/libgeos.so lib/libgeos_c.so LICENSE.txt",
        "ASSET.sha256sum", wrap="cockroach-v26.2.5.*", dynamic=True),
    "dgraph": on_github(
        "dgraph-io/dgraph", "v25.1.0", words("-", "amd64 arm64"),
        "dgraph-*.tar.gz", "dgraph!", "dgraph-checksum-*.sha256", "digest of the program",
        dynamic=True),
    "rqlite": on_github(
        "rqlite/rqlite", "v10.2.0",
        words("-", "amd64 arm/v7=arm arm/v5=arm-softfloat arm64 mips64le ppc64le riscv64"),
        "rqlite-v10.2.0-*.tar.gz", "rqlited! rqlite! rqbench!", "", "github", wrap="rqlite-v10.2.0-*",
        also="rqlite-v10.2.0-linux-amd64-musl.tar.gz", dynamic=True),
    "gitea": Release(
        "https://dl.gitea.com/gitea/1.26.0",
        words("-", "386 amd64 arm/v5=arm-5 arm/v6=arm-6 arm64 riscv64 windows/amd64=4.0-amd64.exe"),
        "gitea-1.26.0-*", "", "ASSET.sha256",
        also="gitea-1.26.0-linux-amd64.xz gitea-1.26.0-darwin-10.12-arm64"),
    "syncthing": on_github(
        "syncthing/syncthing", "v2.1.3",
        words("-", "386 amd64 arm/v6=arm arm64 loong64 mips64le ppc64le riscv64 s390x "
                   "windows/amd64 windows/arm64"),
        "syncthing-*-v2.1.3.tar.gz", "syncthing! AUTHORS.txt LICENSE.txt README.txt",
        "sha256sum.txt.asc", "clear-signed", wrap="syncthing-*-v2.1.3",
        windows="syncthing-*-v2.1.3.zip",
        also="syncthing-macos-arm64-v2.1.3.zip syncthing-source-v2.1.3.tar.gz sha1sum.txt.asc "
             "syncthing_2.1.3_amd64.deb"),
    "cloudflared": on_github(
        "cloudflare/cloudflared", "2026.8.2",
        words("-", "386 amd64 arm/v5=arm arm/v7=armhf arm64 windows/amd64=amd64.exe"),
        "cloudflared-*", "", "", "github",
        also="cloudflared-darwin-arm64.tgz cloudflared-linux-amd64.deb cloudflared-linux-x86_64.rpm "
             "cloudflared-windows-386.exe cloudflared-windows-amd64.msi"),
    "step-ca": on_github(
        "smallstep/certificates", "v0.29.0",
        {"linux/386": "linux_0.29.0_386", "linux/amd64": "linux_0.29.0_amd64",
         "linux/arm64": "linux_0.29.0_arm64", "linux/arm/v5": "linux_0.29.0_armv5",
         "linux/arm/v6": "linux_0.29.0_armv6", "linux/arm/v7": "linux_0.29.0_armv7",
         "windows/amd64": "windows_0.29.0_amd64"},
        "step-ca_*.tar.gz", "step-ca! LICENSE README.md", "checksums.txt",
        windows="step-ca_*.zip", twins="_0.29.0",
        also="step-ca_amd64.deb step-ca_0.29.0-1_amd64.deb step-ca_darwin_0.29.0_arm64.tar.gz "
             "step-ca_0.29.0.tar.gz"),
    "nats-server": on_github(
        "nats-io/nats-server", "v2.14.5",
        words("-", "386 amd64 arm/v6=arm6 arm/v7=arm7 arm64 loong64 mips64le ppc64le riscv64 s390x "
                   "windows/amd64 windows/arm64"),
        "nats-server-v2.14.5-*.tar.gz", "nats-server! LICENSE README.md", "SHA256SUMS",
        wrap="nats-server-v2.14.5-*", windows="nats-server-v2.14.5-*.zip",
        also="nats-server-v2.14.5-amd64.deb nats-server-v2.14.5-amd64.rpm "
             "nats-server-v2.14.5-darwin-arm64.tar.gz "
             "nats-server-v2.14.5-linux-amd64.sbom.spdx.json"),
    "hugo": on_github(
        "gohugoio/hugo", "v0.165.0",
        words("-", "amd64 arm/v7=arm arm64 windows/amd64 windows/arm64"),
        "hugo_0.165.0_*.tar.gz", "hugo! LICENSE README.md", "hugo_0.165.0_checksums.txt",
        windows="hugo_0.165.0_*.zip",
        also="hugo_extended_0.165.0_linux-amd64.tar.gz hugo_extended_0.165.0_linux-arm64.tar.gz "
             "hugo_extended_withdeploy_0.165.0_linux-amd64.tar.gz hugo_0.165.0_linux-amd64.deb "
             "hugo_0.165.0_Linux-64bit.tar.gz hugo_0.165.0_darwin-universal.pkg"),
    "restic": on_github(
        "restic/restic", "v0.19.1",
        words("_", "386 amd64 arm/v6=arm arm64 mips64le ppc64le riscv64 s390x windows/amd64"),
        "restic_0.19.1_*.bz2", "", "SHA256SUMS", windows="restic_0.19.1_*.zip",
        windows_members="restic_0.19.1_*!",
        also="restic-0.19.1.tar.gz restic_0.19.1_darwin_arm64.bz2 restic_0.19.1_linux_mips.bz2"),
    "rclone": on_github(
        "rclone/rclone", "v1.75.0",
        words("-", "386 amd64 arm/v5=arm arm/v6=arm-v6 arm/v7=arm-v7 arm64 "
                   "windows/amd64 windows/arm64"),
        "rclone-v1.75.0-*.zip", "rclone! README.txt README.html rclone.1 git-log.txt",
        "SHA256SUMS", "clear-signed", wrap="rclone-v1.75.0-*",
        also="rclone-v1.75.0-linux-amd64.deb rclone-v1.75.0-osx-arm64.zip rclone-v1.75.0.tar.gz"),
    "kubectl": Release(
        "https://dl.k8s.io/v1.36.4/bin/*",
        words("/", "386 amd64 arm/v7=arm arm64 ppc64le s390x windows/amd64 windows/arm64"),
        "kubectl", "", "ASSET.sha256", "digest without newline", windows="kubectl.exe"),
    "tini": on_github(
        "krallin/tini", "v0.19.0",
        {"linux/386": "i386", "linux/amd64": "amd64", "linux/arm/v5": "armel",
         "linux/arm/v7": "armhf", "linux/arm64": "arm64", "linux/mips64le": "mips64el",
         "linux/ppc64le": "ppc64le", "linux/s390x": "s390x"},
        "tini-static-*", "", "ASSET.sha256sum",
        also="tini tini-amd64 tini-arm64 tini-static tini_0.19.0-amd64.deb tini_0.19.0.rpm "
             "tini-static-muslc-amd64"),
}


# ---- programs ----

LINKER = b"/lib/ld.so\0"


def program(platform, name, dynamic=False):
    """A static program of about a KiB that differs from all others. That for linux/amd64 really runs,
    and ends with status 0. A dynamic one names a linker in a second segment."""
    marker = f"{name} for {platform}\n".encode() * 20
    if isinstance(MACHINES[platform], int):
        head = b"MZ" + bytes(58) + struct.pack("<I", 64)
        head += b"PE\0\0" + struct.pack("<HHIIIHH", MACHINES[platform], 0, 0, 0, 0, 112, 0x22)
        return head + struct.pack("<H", 0x20b) + bytes(110) + marker
    machine, bits, order = MACHINES[platform]
    code = bytes.fromhex("31ff b83c000000 0f05")    # xor edi,edi; mov eax,60; syscall
    size = 0x100 + len(code) + len(marker)
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    start = 0x400100
    count = 2 if dynamic else 1
    if bits == 64:
        head = struct.pack(order + "HHIQQQIHHHHHH", 2, machine, 1, start, 64, 0, 0, 64, 56, count, 64, 0, 0)
        load = struct.pack(order + "IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
        linker = struct.pack(order + "IIQQQQQQ", 3, 4, 0xe0, 0, 0, len(LINKER), len(LINKER), 1)
    else:
        head = struct.pack(order + "HHIIIIIHHHHHH", 2, machine, 1, start, 52, 0, 0, 52, 32, count, 40, 0, 0)
        load = struct.pack(order + "IIIIIIII", 1, 0, 0x400000, 0x400000, size, size, 5, 0x1000)
        linker = struct.pack(order + "IIIIIIII", 3, 0xe0, 0, 0, len(LINKER), len(LINKER), 4, 1)
    if dynamic:
        head = (ident + head + load + linker).ljust(0xe0, b"\0") + LINKER
    else:
        head = ident + head + load
    return head.ljust(0x100, b"\0") + code + marker


# ---- assets ----

def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (content, mode) in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), mode, 1780000000
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in members.items():
            info = zipfile.ZipInfo(name, (2026, 8, 22, 12, 0, 0))
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


COMPRESSED = {"bz2": bz2.compress, "xz": lzma.compress, "gz": lambda content: gzip.compress(content, mtime=0),
              "zst": zstd}


def packed(asset, members):
    """The archive of members, in the format that the asset's name states."""
    if asset.endswith((".tar.gz", ".tgz")):
        return gzip.compress(tar(members), mtime=0)
    if asset.endswith(".zip"):
        return zipped(members)
    inner = tar(members) if ".tar." in asset else next(iter(members.values()))[0]
    return COMPRESSED.get(asset.rpartition(".")[2], bytes)(inner)


def contents(release, platform, word, wrap):
    """The members of one asset in a directory, and the digests of the programs among them."""
    windows = platform.startswith("windows/")
    listed = (windows and release.windows_members) or release.members or "program!"
    members, programs = {}, []
    for name in listed.replace("*", word).split():
        is_program = name.endswith("!") or name.endswith(".exe")
        name = name.removesuffix("!")
        if is_program and windows and not name.endswith(".exe"):
            name += ".exe"
        content = program(platform, name, release.dynamic) if is_program else f"This is {name}.\n".encode()
        if is_program:
            programs.append(hashlib.sha256(content).hexdigest())
        members[f"{wrap}/{name}" if wrap else name] = content, 0o755 if is_program else 0o644
    return members, programs


# ---- checksum files ----

CLEAR_SIGNED = """\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

{}-----BEGIN PGP SIGNATURE-----

iQIzBAEBCgAdFiEE0000000000000000000000000000000000000FAkAAAAAAAoJ
EAAAAAAAAAAA
=AAAA
-----END PGP SIGNATURE-----
"""

FORMS = {
    "gnu": "{sha256}  {name}\n",
    "gnu and program": "{sha256}  {name}\n",
    "binary": "{sha256} *{name}\n",
    "one space": "{sha256} {name}\n",
    "sha512": "{sha512}  {name}\n",
    "clear-signed": "{sha256}  {name}\n",
    "digest": "{sha256}\n",
    "digest without newline": "{sha256}",
    "digest of the program": "{program}\n",
}


def line(release, name, content, programs=()):
    text = FORMS[release.form].format(
        name=name, sha256=hashlib.sha256(content).hexdigest(),
        sha512=hashlib.sha512(content).hexdigest(), program="".join(programs[:1]))
    if release.form == "gnu and program":
        text += f"{programs[0]}  {release.members.removesuffix('!')}\n"
    return text


def document(place, assets):
    """GitHub's document of the release OWNER/REPOSITORY@TAG: of each asset its name, size and digest."""
    repository, _, tag = place.partition("@")
    return json.dumps({
        "url": f"https://api.github.com/repos/{repository}/releases/1", "tag_name": tag, "name": tag,
        "draft": False, "prerelease": False, "published_at": "2026-08-22T12:00:00Z",
        "assets": [{
            "name": name, "state": "uploaded", "content_type": "application/octet-stream",
            "size": len(content), "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
            "browser_download_url": f"{GITHUB.format(repository, tag)}/{name}",
        } for name, content in assets.items()],
    }, indent=2).encode()


# ---- releases ----

def write(top, url, content):
    path = os.path.join(top, url.removeprefix("https://"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)


def make(name, top):
    release = PROGRAMS[name]
    files, sums = {}, {}
    for platform, word in release.words.items():
        pattern = (platform.startswith("windows/") and release.windows) or release.asset
        asset = pattern.replace("*", word)
        members, programs = contents(release, platform, word, release.wrap.replace("*", word))
        content = packed(asset, members)
        url = release.url.replace("*", word)
        files[f"{url}/{asset}"] = content
        if release.sums:
            place = f"{url}/{release.sums.replace('ASSET', asset).replace('*', word)}"
            sums[place] = sums.get(place, "") + line(release, asset, content, programs)
        if release.twins:
            twin = asset.replace(release.twins, "")
            stem = twin.removesuffix(".zip").removesuffix(".tar.gz")
            files[f"{url}/{twin}"] = packed(twin, contents(release, platform, word, stem)[0])
            sums[place] += line(release, twin, files[f"{url}/{twin}"])
        print(platform, hashlib.sha256(content).hexdigest(), *programs)
    for asset in release.also.split():
        files[f"{release.url}/{asset}"] = f"{asset}\n".encode()
        if "ASSET" not in release.sums and "*" not in release.sums and release.sums:
            sums[f"{release.url}/{release.sums}"] += line(release, asset, f"{asset}\n".encode())
    for place, text in sums.items():
        files[place] = (CLEAR_SIGNED.format(text) if release.form == "clear-signed" else text).encode()
    for url, content in files.items():
        write(top, url, content)
    if release.github:
        repository, _, tag = release.github.partition("@")
        assets = {os.path.basename(url): content for url, content in sorted(files.items())}
        for place in f"tags/{tag}", "latest":
            write(top, f"https://api.github.com/repos/{repository}/releases/{place}",
                  document(release.github, assets))


def operand(name):
    release = PROGRAMS[name]
    word = release.words["linux/amd64"]
    asset = release.asset.replace("*", word)
    print(release.github or
          f"{release.url}/{release.sums}".replace("*", word).replace("ASSET", asset))


def table():
    for name, release in sorted(PROGRAMS.items()):
        linux = release.words["linux/amd64"]
        arm = next((release.words[p] for p in ("linux/arm/v7", "linux/arm/v6") if p in release.words), "-")
        archive = next((form for form in ("tar.gz", "tgz", "zip", "bz2")
                        if release.asset.endswith("." + form)), "program")
        if release.windows and archive != "program" and not release.windows.endswith(archive):
            archive += ", " + release.windows.rpartition(".")[2]
        sums = f"`{release.sums}`" if release.sums else "GitHub's document"
        form = "" if release.form in ("gnu", "github") else ", " + release.form
        print(f"{name}\t`{linux}`, `{arm}`\t{archive}\t{sums}{form}\t{len(release.words)}"
              f"\t{sum(p.startswith('linux/') for p in release.words)}".replace("`-`", "-"))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "list":
        print("\n".join(sorted(PROGRAMS)))
    else:
        {"make": make, "operand": operand, "table": table}[command](*arguments)
