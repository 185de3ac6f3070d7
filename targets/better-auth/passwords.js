// A cheap hash, since the suite logs in hundreds of times; the default is a scrypt of some cost.
const crypto = require("node:crypto");

const scrypt = (password, salt) => crypto.scryptSync(password, salt, 32, { N: 1024 }).toString("hex");

async function hash(password) {
  const salt = crypto.randomBytes(16).toString("hex");
  return `${salt}:${scrypt(password, salt)}`;
}

async function verify({ hash: stored, password }) {
  const [salt, wanted] = stored.split(":");
  return scrypt(password, salt) === wanted;
}

module.exports = { hash, verify };
