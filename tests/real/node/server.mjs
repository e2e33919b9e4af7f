// The npm package smtp-server as a submission server: one process, both ports of one address.
//
// Takes one JSON argument:
//   address       where to listen
//   ports         {"587": "starttls", "465": "implicit"}; also "none": no TLS is offered
//   chain, key    PEM files
//   users         {"name": "password"}
//   tokens        {"name": "OAuth 2 access token"}, for XOAUTH2
//   methods       the AUTH mechanisms to offer
//   ownDomainOnly answer as IONOS does: a sender of another domain than the login's is refused, and
//                 no reply carries an enhanced status code
//   mailbox       a folder that gets one file for each message
//   log           a file that gets one line for each command that a server heard

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

const options = JSON.parse(process.argv[2]);
const certificate = { cert: readFileSync(options.chain), key: readFileSync(options.key) };
let messages = 0;

// A message of several lines is an array, which smtp-server sends as one reply of several lines.
function refusal(responseCode, message) {
    return Object.assign(new Error(), { responseCode, message });
}

function onAuth(auth, session, callback) {
    const known = auth.method === 'XOAUTH2' ? options.tokens : options.users;
    const given = auth.method === 'XOAUTH2' ? auth.accessToken : auth.password;
    appendFileSync(options.log, `AUTH ${auth.method}\n`);
    const valid = Object.hasOwn(known, auth.username)
        && (auth.method === 'CRAM-MD5'
            ? auth.validatePassword(known[auth.username])
            : given === known[auth.username]);
    if (valid) {
        callback(null, { user: auth.username });
    } else if (auth.method === 'XOAUTH2') {
        // A challenge that tells why, answered by an empty line; the 535 comes after it.
        callback(null, { data: { status: '401', schemes: 'bearer' } });
    } else {
        callback(refusal(535, 'Authentication credentials invalid'));
    }
}

function onMailFrom(address, session, callback) {
    appendFileSync(options.log, 'MAIL\n');
    const domain = (name) => name.split('@').at(-1).toLowerCase();
    if (options.ownDomainOnly && domain(address.address) !== domain(session.user)) {
        callback(refusal(550, ['Requested action not taken: mailbox unavailable', 'Sender address is not allowed.']));
    } else {
        callback();
    }
}

function onData(stream, session, callback) {
    appendFileSync(options.log, 'DATA\n');
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
        messages += 1;
        writeFileSync(join(options.mailbox, `${messages}.eml`), Buffer.concat(chunks));
        callback();
    });
}

const servers = Object.entries(options.ports).map(([port, tls]) => {
    const server = new SMTPServer({
        ...certificate,
        name: 'mail.example.test',
        secure: tls === 'implicit',
        hideSTARTTLS: tls !== 'starttls',
        disabledCommands: tls === 'none' ? ['STARTTLS'] : [],
        authMethods: options.methods,
        disableReverseLookup: true,
        closeTimeout: 1000,
        onAuth,
        onMailFrom,
        onData,
    });
    // A client that gives up in the middle of a handshake is what these tests are about.
    server.on('error', (error) => appendFileSync(options.log, `error ${error.message}\n`));
    server.listen(Number(port), options.address);
    return server;
});

process.on('SIGTERM', () => {
    for (const server of servers) {
        server.close();
    }
    process.exit(0);
});
