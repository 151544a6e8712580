"""Lets mitmproxy in transparent mode ask the helper of a router for the original ends of each connection.

mitmdump --mode transparent --listen-host 194.0.22.9 --listen-port 9199 --set block_global=false \
    -s mitmproxy_helper.py --set helper_routers=194.0.1.1

The addon needs no relay. A connection of another host, and a connection that the helper does not find, is closed.
"""

import asyncio
import ipaddress
import secrets
import socket
import struct
from pathlib import Path

import mitmproxy.platform
from mitmproxy import ctx, exceptions

DATAGRAM = struct.Struct("!4s4sIHH4s4sHH32s6s")  # docs/reference/protocol.md
VERSION, QUERY, FOUND, NOT_FOUND = 0x0402, 0x0001, 0x0012, 0x0022
SENDS, WAIT, PAUSE = 3, 1.0, 0.2  # queries for a connection, seconds for a reply, seconds after "port unreachable"


class Asker(asyncio.DatagramProtocol):
    """Waits for the reply to one query. Ignores datagrams with another cookie, length or version."""

    def __init__(self, cookie):
        self.cookie = cookie
        self.reply = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if len(data) != DATAGRAM.size or self.reply.done():
            return
        magic, cookie, _, version, flags, source, destination, source_port, destination_port, *_ = DATAGRAM.unpack(data)
        if (magic, cookie, version) == (b"RPHD", self.cookie, VERSION) and flags in (FOUND, NOT_FOUND):
            ends = (socket.inet_ntoa(source), source_port), (socket.inet_ntoa(destination), destination_port)
            self.reply.set_result(ends if flags == FOUND else None)

    def error_received(self, exc):
        if not self.reply.done():
            self.reply.set_exception(exc)


async def look_up(source, destination, port, secret):
    """Returns the original source and destination of a connection, or None if the helper does not find it."""
    cookie = secrets.token_bytes(4)
    addresses = socket.inet_aton(source[0]), socket.inet_aton(destination[0])
    query = DATAGRAM.pack(b"RPHD", cookie, secret, VERSION, QUERY, *addresses, source[1], destination[1], b"", b"")
    loop = asyncio.get_running_loop()
    failure = None
    for _ in range(SENDS):
        # The socket is connected. So the kernel drops datagrams of other hosts, and reports an absent helper.
        transport, asker = await loop.create_datagram_endpoint(
            lambda: Asker(cookie), local_addr=(destination[0], 0), remote_addr=(source[0], port))
        try:
            transport.sendto(query)
            return await asyncio.wait_for(asker.reply, WAIT)
        except asyncio.TimeoutError:
            failure = "the helper did not reply"
        except OSError as error:
            failure = f"the helper cannot be reached: {error}"
            await asyncio.sleep(PAUSE)
        finally:
            transport.close()
    raise OSError(failure)


class ProxyHelper:
    """Sets the original source as the client's address, and the original destination as the server."""

    def __init__(self):
        self.destinations = {}  # client and original destination by the ends of the connection on this host

    def load(self, loader):
        loader.add_option("helper_routers", str, "", "The addresses of the routers, with commas between them.")
        loader.add_option("helper_port", int, 114, "The UDP port of the helpers.")
        loader.add_option("helper_secret_file", str, "", "A file with the shared secret.")
        mitmproxy.platform.original_addr = self.original_addr

    def configure(self, updated):
        if "helper_routers" not in updated and "helper_secret_file" not in updated:
            return
        try:
            self.routers = {str(ipaddress.IPv4Address(word)) for word in ctx.options.helper_routers.split(",") if word}
            path = ctx.options.helper_secret_file
            self.secret = int(Path(path).read_text()) if path else 0
        except (OSError, ValueError) as error:
            raise exceptions.OptionsError(f"helper_routers or helper_secret_file is invalid: {error}") from error

    async def client_connected(self, client):
        source, destination = client.peername[:2], client.sockname[:2]
        try:
            client.error = client.error or await self.find(client, source, destination)
        except OSError as error:
            client.error = str(error)
        if client.error:
            ctx.log.warn(f"Closed a connection from {source[0]}:{source[1]}: {client.error}")

    async def find(self, client, source, destination):
        """Sets the ends of a connection. Returns why the connection is refused, or None."""
        if source[0] not in self.routers:
            return f"{source[0]} is not in helper_routers"
        ends = await look_up(source, destination, ctx.options.helper_port, self.secret)
        if ends is None:
            return "the helper did not find the connection"
        for address, port in ends:
            address = ipaddress.IPv4Address(address)
            is_host = not (address.is_loopback or address.is_multicast or address.is_unspecified or address.is_reserved)
            if port == 0 or not is_host or str(address) == destination[0]:
                return f"{address}:{port} would lead back to this proxy"
        client.peername = ends[0]
        ctx.log.info("{}:{} -> {}:{} is {}:{}".format(*ends[0], *ends[1], *source))
        self.destinations[source, destination] = client.id, ends[1]
        return None

    def original_addr(self, connection):
        """Returns the server of a connection. mitmproxy calls this method once, after client_connected."""
        return self.destinations.pop((connection.getpeername()[:2], connection.getsockname()[:2]))[1]

    def client_disconnected(self, client):
        """Forgets a connection whose server was never asked for."""
        self.destinations = {ends: known for ends, known in self.destinations.items() if known[0] != client.id}


addons = [ProxyHelper()]
