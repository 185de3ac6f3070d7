// Better Auth with SQLite on Node's own http server, as its documentation shows it.
const http = require("node:http");
const Database = require("better-sqlite3");
const { betterAuth } = require("better-auth");
const { getMigrations } = require("better-auth/db/migration");
const { toNodeHandler } = require("better-auth/node");
const { hash, verify } = require("./passwords");

const options = {
  baseURL: process.env.BASE_URL,
  secret: process.env.SECRET_KEY,
  database: new Database(process.env.DATABASE),
  emailAndPassword: { enabled: true, password: { hash, verify } },
  session: { expiresIn: Number(process.env.LIFETIME), updateAge: 0 },
  telemetry: { enabled: false },
};

async function main() {
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  if (process.argv[2] === "add") {
    const [, , , email, password = require("node:fs").readFileSync(0, "utf8")] = process.argv;
    await auth.api.signUpEmail({ body: { email, password, name: email } });
    return;
  }
  const handler = toNodeHandler(auth);
  const server = http.createServer((request, response) =>
    handler(request, response).catch(() => response.writeHead(400).end()), // such as TRACE
  );
  server.keepAliveTimeout = 60000; // longer than any wait of a test
  server.listen(Number(process.argv[2]), "127.0.0.1");
}

main();
