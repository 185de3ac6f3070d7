// Fastify with @fastify/session, as its documentation shows it.
const fastify = require("fastify")({ keepAliveTimeout: 60000, forceCloseConnections: true });
const users = require("../shared/users");

fastify.register(require("@fastify/cookie"));
fastify.register(require("@fastify/session"), {
  secret: process.env.SECRET_KEY,
  cookie: { secure: false, maxAge: Number(process.env.LIFETIME) * 1000 }, // plain http here
});

fastify.post("/login", (request, reply) => {
  const { username, password } = request.body || {};
  if (!users.verify(username, password)) return reply.code(401).send({ error: "wrong" });
  request.session.name = username;
  reply.send({ name: username });
});
fastify.post("/logout", async (request, reply) => {
  await request.session.destroy();
  return reply.send({});
});
fastify.get("/me", (request, reply) => {
  const { name } = request.session;
  return name ? reply.send({ name }) : reply.code(401).send({ error: "not signed in" });
});
fastify.post("/register", (request, reply) => {
  const { username, password } = request.body || {};
  reply.code(users.add(username, password) ? 201 : 400).send({});
});

fastify.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
