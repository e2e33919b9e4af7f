// What an application that sends mail does: Nodemailer with the settings of a .env file.
//
// Run as `node --env-file=.env client.mjs verify|send ADDRESS`. ADDRESS is where SMTP_HOST is
// reached, in place of a name server; the certificate must still be SMTP_HOST's.
// Prints one JSON object: {"ok": true, ...} or {"ok": false, message, code, command, responseCode}.

import nodemailer from 'nodemailer';

const [action, address] = process.argv.slice(2);
const { SMTP_HOST, SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS, SMTP_FROM } = process.env;

const transport = nodemailer.createTransport({
    host: address,
    port: Number(SMTP_PORT),
    secure: SMTP_SECURE === 'true',
    auth: { user: SMTP_USER, pass: SMTP_PASS },
    tls: { servername: SMTP_HOST },
    // The default is 30 seconds of silence.
    greetingTimeout: 2000,
});

try {
    const result = action === 'send'
        ? await transport.sendMail({
            from: SMTP_FROM ?? SMTP_USER,
            to: SMTP_USER,
            subject: 'a message of the tests',
            text: 'It arrived.',
        })
        : { verified: await transport.verify() };
    console.log(JSON.stringify({ ok: true, ...result }));
} catch ({ message, code, command, responseCode }) {
    console.log(JSON.stringify({ ok: false, message, code, command, responseCode }));
} finally {
    transport.close();
}
