// The accounts of the small Node servers here, which are about sessions: `users.js add NAME`.
//
// They are kept in the JSON file that USERS_FILE names. Verifying costs the same whether or not the
// name is known. The hash is cheap on purpose, for a suite that logs in hundreds of times.
const crypto = require("node:crypto");
const fs = require("node:fs");

const LONGEST = 200; // characters of a name or a password
const file = process.env.USERS_FILE;
const users = new Map(fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : []);

const hash = (password, salt) =>
  crypto.scryptSync(password, Buffer.from(salt, "hex"), 32, { N: 1024 }).toString("hex");
const isText = (value) => typeof value === "string" && value.length <= LONGEST;

function verify(name, password) {
  const user = isText(name) && users.get(name.toLowerCase());
  const given = hash(isText(password) ? password : "", user ? user.salt : "00");
  return Boolean(user) && isText(password) && given === user.hash;
}

// Adds an account; false where the name is taken or can't be one.
function add(name, password) {
  if (!isText(name) || !isText(password) || !name || name !== name.trim()) return false;
  if (/[\p{C}]/u.test(name) || password.length < 8 || users.has(name.toLowerCase())) return false;
  const salt = crypto.randomBytes(16).toString("hex");
  users.set(name.toLowerCase(), { salt, hash: hash(password, salt) });
  fs.writeFileSync(file, JSON.stringify([...users]));
  return true;
}

module.exports = { add, known: (name) => users.has(name.toLowerCase()), verify };

if (require.main === module && !add(process.argv[3], fs.readFileSync(0, "utf8"))) process.exit(1);
