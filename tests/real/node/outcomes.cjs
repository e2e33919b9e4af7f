// What releases of Nodemailer make of options and URLs, without sending anything.
//
// Run as `node outcomes.cjs PACKAGE`, with a JSON list of createTransport's first arguments on
// standard input. Prints a JSON list: host, port and so on, or what was thrown.

'use strict';

const name = process.argv[2];
const nodemailer = require(name);
const connection = require(`${name}/lib/smtp-connection`);
const SMTPConnection = connection.default || connection;

function loginOf({ auth }) {
    return auth && { user: auth.user, credentials: auth };
}

function outcome(argument) {
    const { transporter } = nodemailer.createTransport(argument);
    if (!transporter.name.startsWith('SMTP')) {
        return { transport: transporter.name };
    }
    const made = new SMTPConnection(transporter.options);
    const { requireTLS, ignoreTLS, tls } = made.options;
    // a pool makes its login with each connection, from the same options
    const auth = transporter.auth || (transporter.name.includes('pool') && loginOf(transporter.options)) || {};
    return {
        host: made.host,
        port: made.port,
        tls: made.secureConnection ? 'implicit' : ignoreTLS ? 'none' : 'starttls',
        required: !made.secureConnection && !ignoreTLS && Boolean(requireTLS),
        username: auth.user === undefined ? null : auth.user,
        password: auth.credentials && auth.credentials.pass != null ? String(auth.credentials.pass) : null,
        token: (auth.oauth2 && auth.oauth2.accessToken) || null,
        verify: !tls || tls.rejectUnauthorized !== false,
    };
}

const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(each => {
    try {
        return outcome(each);
    } catch ({ message }) {
        return { error: message };
    }
})));
