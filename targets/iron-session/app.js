// iron-session on Node's own http server, as its documentation shows it: an encrypted cookie.
const http = require("node:http");
const { getIronSession } = require("iron-session");
const users = require("../shared/users");

const options = {
  cookieName: "iron",
  password: process.env.SECRET_KEY,
  cookieOptions: { secure: false }, // plain http here
};

async function body(request) {
  if ((request.headers["content-type"] || "").split(";")[0] !== "application/json") return {};
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) || {};
  } catch {
    return {};
  }
}

const actions = {
  "POST /login": async (session, { username, password }) => {
    if (!users.verify(username, password)) return [401, { error: "wrong" }];
    session.name = username;
    await session.save();
    return [200, { name: username }];
  },
  "POST /logout": async (session) => {
    session.destroy();
    return [200, {}];
  },
  "GET /me": async (session) =>
    session.name ? [200, { name: session.name }] : [401, { error: "not signed in" }],
  "POST /register": async (session, { username, password }) =>
    users.add(username, password) ? [201, {}] : [400, {}],
};

async function answered(request, response) {
  const action = actions[`${request.method} ${request.url.split("?")[0]}`];
  const answer = async () => {
    if (!action) return [404, { error: "no such page" }];
    return action(await getIronSession(request, response, options), await body(request));
  };
  const [status, value] = await answer();
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

const server = http.createServer((request, response) =>
  answered(request, response).catch(() => {
    if (!response.headersSent) response.writeHead(400); // what can't be read breaks nothing
    response.end();
  }),
);
server.keepAliveTimeout = 60000; // longer than any wait of a test
server.listen(Number(process.argv[2]), "127.0.0.1");
