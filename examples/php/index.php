<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($path === '/healthz') {
    header('Content-Type: text/plain');
    exit("ok\n");
}
if ($path !== '/') {
    http_response_code(404);
    exit("Nothing here.\n");
}
?>
<!doctype html>
<title><?= htmlspecialchars(getenv('GREETING')) ?></title>
<h1><?= htmlspecialchars(getenv('GREETING')) ?></h1>
<p>PHP <?= PHP_VERSION ?> on <?= gethostname() ?></p>
