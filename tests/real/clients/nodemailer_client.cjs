// Nodemailer: one message for each job on standard input. Run as `node nodemailer_client.cjs PACKAGE`.
const fs = require('fs');
const path = require('path');
const nodemailer = require(path.join(__dirname, '..', 'node', 'node_modules', process.argv[2]));

const send = async job => {
    let error = '';
    try {
        const transport = nodemailer.createTransport({
            host: job.host,
            port: job.port,
            secure: job.tls === 'implicit',
            ignoreTLS: job.tls === 'none',
            requireTLS: job.tls === 'starttls' && job.required,
            auth: job.user ? { user: job.user, pass: job.password } : undefined,
            tls: { ca: fs.readFileSync(job.cafile) },
            connectionTimeout: job.seconds * 1000,
            greetingTimeout: job.seconds * 1000,
            socketTimeout: job.seconds * 1000
        });
        await transport.sendMail({ from: job.sender, to: job.recipient, subject: 'test', text: 'hello' });
    } catch (caught) {
        // as Node.js prints an error that nobody caught
        const { code, command } = caught;
        const marks = Object.entries({ code, command }).filter(([, value]) => value);
        error = [caught.message, marks.map(([name, value]) => `${name}: '${value}'`).join(', ')].filter(Boolean).join('\n');
    }
    console.log(JSON.stringify({ id: job.id, error }));
};

const jobs = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
Promise.all(jobs.map(send)).then(() => process.exit(0));
