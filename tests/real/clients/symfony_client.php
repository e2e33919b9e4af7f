<?php
// Symfony Mailer: one message for the job on standard input.
foreach (['Mailer', 'Mime', 'EventDispatcher'] as $part) {
    require_once "/usr/share/php/Symfony/Component/$part/autoload.php";
}

use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
use Symfony\Component\Mime\Email;

$job = json_decode(fgets(STDIN), true);
$error = '';
try {
    $transport = new EsmtpTransport($job['host'], $job['port'], $job['tls'] === 'implicit' ? true : null);
    $transport->getStream()->setTimeout($job['seconds']);
    $transport->getStream()->setStreamOptions(['ssl' => ['cafile' => $job['cafile']]]);
    if ($job['user'] !== '') {
        $transport->setUsername($job['user'])->setPassword($job['password']);
    }
    (new Mailer($transport))->send(
        (new Email())->from($job['sender'])->to($job['recipient'])->subject('test')->text('hello')
    );
} catch (\Throwable $caught) {
    $error = $caught->getMessage();
}
echo json_encode(['id' => $job['id'], 'error' => $error], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
