// Express with express-session and Passport, as Passport's documentation shows them.
const express = require("express");
const passport = require("passport");
const session = require("express-session");
const LocalStrategy = require("passport-local");
const users = require("../shared/users");

passport.use(
  new LocalStrategy((name, password, done) =>
    users.verify(name, password) ? done(null, { name }) : done(null, false),
  ),
);
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name, done) => done(null, users.known(name) ? { name } : false));

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    secret: process.env.SECRET_KEY,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(process.env.LIFETIME) * 1000 },
  }),
);
app.use(passport.session());

const escape = (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

app.get("/login", (request, response) => {
  response.send('<form method="post"><input name="username"><input name="password"></form>');
});
app.post(
  "/login",
  passport.authenticate("local", { successRedirect: "/me", failureRedirect: "/login" }),
);
app.post("/logout", (request, response, next) => {
  request.logout((error) => (error ? next(error) : response.redirect("/login")));
});
app.get("/me", (request, response) => {
  if (!request.user) return response.redirect("/login");
  response.send(`Signed in as ${escape(request.user.name)}.`);
});
app.post("/register", (request, response) => {
  const { username, password } = request.body || {};
  if (!users.add(username, password)) return response.status(400).send("This can't be used.");
  response.redirect("/login");
});

const server = app.listen(Number(process.argv[2]), "127.0.0.1");
server.keepAliveTimeout = 60000; // longer than any wait of a test
