"""A forger of adverts and announcements, for wires on which something is odd. Shares no code with
failoverd. Sends by the interface of its first argument what its second argument says, or what comes
on standard input: one JSON object a line.

{"repeat": 3, "every": 0.1, "version": 2, "vrid": 51, "priority": 100, "interval": 1, "source":
 "192.168.122.77", "ttl": 255, "addresses": ["192.168.122.200"], "password": "secret", "auth": 1,
 "mac": "02:00:00:00:00:77", "badChecksum": false, "cut": 0,
 "hmacKey": 7, "flip": 17, "junk": 100}
{"arp": "192.168.122.200", "mac": "02:00:00:00:00:77"}
{"frame": "01005e000012..."}

With `--flood RATE FILE` it sends those of the file in turn, RATE a second, until SIGTERM, and
then says in JSON how many it has sent and how many seconds of CPU time that took.
"""
import itertools
import json
import signal
import socket
import struct
import sys
import time


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def octets(mac):
    return bytes(int(part, 16) for part in mac.split(":"))


def vrrp(order, family, source, destination):
    version = order.get("version", 2)
    packed = b"".join(socket.inet_pton(family, a) for a in order.get("addresses", []))
    count = order.get("addressCount", len(order.get("addresses", [])))
    head = [(version << 4) | 1, order.get("vrid", 51), order.get("priority", 100), count]
    interval = order.get("interval", 1)
    second = [order.get("auth", 0), int(interval)] if version == 2 else divmod(int(interval * 100), 256)
    tail = order.get("password", "").encode().ljust(8, b"\0")[:8] if version == 2 else b""
    plain = bytes([*head, *second])
    pseudo = source + destination + struct.pack("!BBH", 0, 112, 8 + len(packed)) if version == 3 else b""
    if family == socket.AF_INET6:
        pseudo = source + destination + struct.pack("!IHBB", 8 + len(packed), 0, 0, 112)
    total = checksum(pseudo + plain + b"\0\0" + packed + tail)
    if order.get("badChecksum"):
        total ^= 0x5555
    whole = plain + struct.pack("!H", total) + packed + tail
    if "hmacKey" in order:
        whole += bytes([1, order["hmacKey"], 0, 0]) + b"\x5a" * 24
    if "flip" in order:
        whole = bytearray(whole)
        whole[order["flip"] // 8] ^= 0x80 >> order["flip"] % 8
    return bytes(whole)[: len(whole) - order.get("cut", 0)] + b"\xa5" * order.get("junk", 0)


def advert(order, own):
    mac = octets(order["mac"]) if "mac" in order else own
    family = socket.AF_INET6 if ":" in order["source"] else socket.AF_INET
    source = socket.inet_pton(family, order["source"])
    if family == socket.AF_INET6:
        destination = socket.inet_pton(family, "ff02::12")
        pdu = vrrp(order, family, source, destination)
        head = struct.pack("!IHBB", 6 << 28, len(pdu), 112, order.get("ttl", 255)) + source + destination
        return octets("33:33:00:00:00:12") + mac + b"\x86\xdd" + head + pdu
    destination = socket.inet_pton(family, "224.0.0.18")
    pdu = vrrp(order, family, source, destination)
    head = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(pdu), 1, 0, order.get("ttl", 255), 112, 0)
    total = checksum(head + source + destination)
    head = head[:10] + struct.pack("!H", total) + source + destination
    return octets("01:00:5e:00:00:12") + mac + b"\x08\x00" + head + pdu


def announcement(order, own):
    mac = octets(order["mac"]) if "mac" in order else own
    address = socket.inet_aton(order["arp"])
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac + address + b"\xff" * 6 + address
    return b"\xff" * 6 + mac + b"\x08\x06" + body


def frame_of(order, own):
    if "frame" in order:
        return bytes.fromhex(order["frame"])
    return (announcement if "arp" in order else advert)(order, own)


def flood(wire, frames, rate):
    """In small batches, as fast on the whole as is asked; a late batch is not made up for."""
    batch = max(1, rate // 500)
    turn = itertools.cycle(frames)
    sent = 0
    asked_to_end = []
    signal.signal(signal.SIGTERM, lambda *_: asked_to_end.append(True))
    due = time.monotonic()
    while not asked_to_end:
        for frame in itertools.islice(turn, batch):
            wire.send(frame)
        sent += batch
        due = max(due + batch / rate, time.monotonic() - 0.1)
        time.sleep(max(0, due - time.monotonic()))
    print(json.dumps({"sent": sent, "cpu": time.process_time()}))


wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[1], 0))
own_mac = wire.getsockname()[4]
if sys.argv[2:3] == ["--flood"]:
    frames = [frame_of(json.loads(line), own_mac) for line in open(sys.argv[4])]
    flood(wire, frames, int(sys.argv[3]))
    sys.exit()
for line in sys.argv[2:] or sys.stdin:
    wanted = json.loads(line)
    frame = frame_of(wanted, own_mac)
    for _ in range(wanted.get("repeat", 1)):
        wire.send(frame)
        time.sleep(wanted.get("every", 0.02))
