// emailjs as its documentation shows it: one message for each job on standard input.
import fs from 'node:fs';
import { SMTPClient } from '../node/node_modules/emailjs/dist/index.js';

const send = async job => {
    let error = '';
    try {
        const options = { ca: fs.readFileSync(job.cafile) };
        const client = new SMTPClient({
            host: job.host,
            port: job.port,
            ssl: job.tls === 'implicit' ? options : false,
            tls: job.tls === 'starttls' ? options : false,
            ...(job.user ? { user: job.user, password: job.password } : {})
        });
        const message = { from: job.sender, to: job.recipient, subject: 'test', text: 'hello' };
        // where STARTTLS is refused it says EHLO and STARTTLS again and again
        const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no end')), 30000).unref());
        await Promise.race([client.sendAsync(message), late]);
    } catch (caught) {
        error = [caught.message, caught.previous?.message, caught.smtp].filter(Boolean).join('\n');
    }
    console.log(JSON.stringify({ id: job.id, error }));
};

process.on('uncaughtException', caught => {
    console.error(caught.message);
    process.exit(1);
});
const jobs = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
Promise.all(jobs.map(send)).then(() => process.exit(0));
