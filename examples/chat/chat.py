"""A chat room without a database: its visitors remember it.

A message has an id that its author made. Whoever joins tells all that they remember, and is told all that the room remembers; what
is known already is told to nobody twice. So a room that begins anew, on a spare instance, is soon as complete as its visitors are.
"""

import asyncio
import json
import os
from collections import OrderedDict
from http import HTTPStatus

import websockets

MOST = 200  # messages that are remembered
VISIT = float(os.environ["VISIT_SECONDS"])
page = open("index.html", "rb").read()
known = OrderedDict()
visitors = set()


async def visit(socket):
    visitors.add(socket)
    try:
        async with asyncio.timeout(VISIT):
            for message in list(known.values()):
                await socket.send(message)
            async for message in socket:
                hear(message, socket)
    except (TimeoutError, websockets.ConnectionClosed):
        pass  # comes back by itself, to where the balancer sends visitors by then
    finally:
        visitors.discard(socket)


def hear(message, author):
    try:
        name = json.loads(message)["id"]
    except (ValueError, KeyError, TypeError):
        return
    if name not in known:
        known[name] = message
        if len(known) > MOST:
            known.popitem(last=False)
        websockets.broadcast(visitors - {author}, message)
    # The author's own message comes back: so they know that it was heard.
    websockets.broadcast({author}, message)


async def answer(path, _headers):
    if path == "/chat":
        return None  # a WebSocket
    if path == "/healthz":
        return HTTPStatus.OK, {"Content-Type": "text/plain"}, b"ok\n"
    if path == "/":
        return HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, page
    return HTTPStatus.NOT_FOUND, {}, b"nothing here\n"


async def main():
    port = int(os.environ["PORT"])
    async with websockets.serve(visit, "", port, process_request=answer, max_size=4096):
        await asyncio.Future()


asyncio.run(main())
