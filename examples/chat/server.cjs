// A chat room without a database: its visitors remember it.
//
// A message has an id that its author made. Whoever comes in tells all that they remember, and is told all that the room remembers;
// what is known already is told to nobody twice. So a room that begins anew, on a spare instance, is soon as complete as its
// visitors are.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { WebSocket, WebSocketServer } = require('ws'); // Debian's node-ws

const most = 200; // messages that are remembered
const visit = Number(process.env.VISIT_SECONDS) * 1000;
const page = readFileSync('index.html');
const known = new Map();

const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok\n');
  if (request.url !== '/') return response.writeHead(404).end('nothing here\n');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
});

const room = new WebSocketServer({ server, path: '/chat', maxPayload: 4096 });
room.on('connection', (socket) => {
  for (const message of known.values()) socket.send(message);
  socket.on('message', (data) => hear(socket, String(data)));
  socket.on('error', () => socket.terminate()); // no WebSocket, or more than a message
  // Comes back by itself, to where the balancer sends visitors by then.
  const end = setTimeout(() => socket.close(), visit);
  socket.on('close', () => clearTimeout(end));
});

function hear(author, message) {
  const id = idOf(message);
  if (id === undefined) return;
  const isNew = !known.has(id);
  known.set(id, message);
  if (known.size > most) known.delete(known.keys().next().value);
  for (const each of room.clients) {
    // The author's own message comes back: so they know that it was heard.
    if ((isNew || each === author) && each.readyState === WebSocket.OPEN) each.send(message);
  }
}

function idOf(message) {
  try {
    const { id, text } = JSON.parse(message);
    return typeof id === 'string' && typeof text === 'string' ? id : undefined;
  } catch {
    return undefined; // no message of ours
  }
}

server.listen(Number(process.env.PORT));
