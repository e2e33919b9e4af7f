<?php
// PHPMailer: one message for the job on standard input.
require '/usr/share/php/libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\PHPMailer;

$job = json_decode(fgets(STDIN), true);
$error = '';
try {
    $mail = new PHPMailer(true);
    $mail->isSMTP();
    $mail->Host = $job['host'];
    $mail->Port = $job['port'];
    $mail->SMTPAuth = $job['user'] !== '';
    $mail->Username = $job['user'];
    $mail->Password = $job['password'];
    $mail->Timeout = $job['seconds'];
    $mail->getSMTPInstance()->Timelimit = $job['seconds']; // or it reads on for five minutes
    if ($job['tls'] === 'implicit') {
        $mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
    } elseif ($job['tls'] === 'starttls' && $job['required']) {
        $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
    } else {
        $mail->SMTPSecure = '';
        $mail->SMTPAutoTLS = $job['tls'] === 'starttls';
    }
    $mail->SMTPOptions = ['ssl' => ['cafile' => $job['cafile']]];
    $mail->CharSet = 'UTF-8';
    $mail->setFrom($job['sender']);
    $mail->addAddress($job['recipient']);
    $mail->Subject = 'test';
    $mail->Body = 'hello';
    $mail->send();
} catch (\Throwable $caught) {
    $error = $caught->getMessage();
}
echo json_encode(['id' => $job['id'], 'error' => $error], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
