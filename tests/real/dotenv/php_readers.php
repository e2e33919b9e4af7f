<?php
// From {reader, environ, texts} on standard input to one object of values a text.

use Dotenv\Dotenv;
use Dotenv\Repository\Adapter\ArrayAdapter;
use Dotenv\Repository\RepositoryBuilder;

$work = json_decode(file_get_contents('php://stdin'), true);
$folder = sys_get_temp_dir() . '/dotenv-' . getmypid();
mkdir($folder);

function phpdotenv(string $folder, array $environ): array
{
    $adapter = ArrayAdapter::create()->get();
    foreach ($environ as $name => $value) {
        $adapter->write($name, $value);
    }
    $repository = RepositoryBuilder::createWithNoAdapters()->addAdapter($adapter)->immutable()->make();
    Dotenv::create($repository, $folder)->load();
    $names = preg_match_all('/[A-Za-z0-9_.]+/', file_get_contents("$folder/.env"), $found) ? $found[0] : [];
    $values = [];
    foreach ([...$names, ...array_keys($environ)] as $name) {
        if ($repository->has($name)) {
            $values[$name] = $repository->get($name);
        }
    }
    return $values;
}

function symfony(string $folder, array $environ): array
{
    $_ENV = $environ;
    $_SERVER = $environ;
    return (new Symfony\Component\Dotenv\Dotenv())->parse(file_get_contents("$folder/.env"));
}

require $work['reader'] === 'symfony' ? 'Symfony/Component/Dotenv/autoload.php' : 'Dotenv/autoload.php';
// a place beyond the end of the text is a fault, not an endless loop
set_error_handler(function (int $number, string $message) {
    throw new ErrorException($message);
});
$results = [];
foreach ($work['texts'] as $text) {
    file_put_contents("$folder/.env", $text);
    try {
        $results[] = ['values' => (object) $work['reader']($folder, $work['environ'])];
    } catch (Throwable $error) {
        $results[] = ['error' => get_class($error)];
    }
}
unlink("$folder/.env");
rmdir($folder);
echo json_encode($results, JSON_INVALID_UTF8_SUBSTITUTE);
