<?php
// PHP's own sessions as its manual shows them, with the settings that PHP has as delivered.
$database = new PDO('sqlite:' . getenv('USERS_DATABASE'));
$database->exec('CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, hash TEXT)');

function hashed(string $password): string
{
    return password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]); // cheap, for a test suite
}

function verify(PDO $database, string $name, string $password): bool
{
    $query = $database->prepare('SELECT hash FROM users WHERE name = ?');
    $query->execute([mb_strtolower($name)]);
    $hash = $query->fetchColumn();
    $nobody = '$2y$04$abcdefghijklmnopqrstuuBjQvNkTIVHqgyMdTGrXJbCDpXRBG4Pm'; // costs the same
    return password_verify($password, $hash === false ? $nobody : $hash) && $hash !== false;
}

function add(PDO $database, string $name, string $password): bool
{
    $name_is_good = $name === trim($name) && preg_match('/^[^\p{C}]{1,200}$/u', $name) === 1;
    if (!$name_is_good || strlen($password) < 8 || strlen($password) > 72) {
        return false;
    }
    $query = $database->prepare('INSERT OR IGNORE INTO users VALUES (?, ?)');
    $query->execute([mb_strtolower($name), hashed($password)]);
    return $query->rowCount() === 1;
}

function sent(string $field): string
{
    return is_string($_POST[$field] ?? null) ? $_POST[$field] : '';
}

if (PHP_SAPI === 'cli') {
    exit(add($database, $argv[1], stream_get_contents(STDIN)) ? 0 : 1);
}

session_start();
switch ($_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case 'GET /login':
        echo '<form method="post"><input name="username"><input name="password"></form>';
        break;
    case 'POST /login':
        if (!verify($database, sent('username'), sent('password'))) {
            http_response_code(401);
            echo 'Wrong name or password.';
            break;
        }
        session_regenerate_id(true);
        $_SESSION['name'] = sent('username');
        header('Location: /me', true, 302);
        break;
    case 'POST /logout':
        $_SESSION = [];
        setcookie(session_name(), '', ['expires' => 1, 'path' => '/']);
        session_destroy();
        header('Location: /login', true, 302);
        break;
    case 'GET /me':
        if (!isset($_SESSION['name'])) {
            header('Location: /login', true, 302);
            break;
        }
        echo 'Signed in as ' . htmlspecialchars($_SESSION['name']) . '.';
        break;
    case 'POST /register':
        if (add($database, sent('username'), sent('password'))) {
            header('Location: /login', true, 302);
        } else {
            http_response_code(400);
        }
        break;
    default:
        http_response_code(404);
}
