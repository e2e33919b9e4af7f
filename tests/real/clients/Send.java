// Jakarta Mail: one message for each job on standard input, its fields apart by tabs. Run by `java Send.java`.
import jakarta.mail.*;
import jakarta.mail.internet.*;
import java.io.*;
import java.util.*;
import java.util.concurrent.*;

public class Send {
    static void send(String[] job) throws Exception {
        String host = job[1], tls = job[3], user = job[5];
        String name = tls.equals("implicit") ? "smtps" : "smtp", at = "mail." + name + ".";
        String wait = String.valueOf(Integer.parseInt(job[10]) * 1000);
        Properties p = new Properties();
        p.put(at + "host", host);
        p.put(at + "port", job[2]);
        p.put(at + "auth", String.valueOf(!user.isEmpty()));
        p.put(at + "starttls.enable", String.valueOf(tls.equals("starttls")));
        p.put(at + "starttls.required", String.valueOf(tls.equals("starttls") && job[4].equals("true")));
        p.put(at + "connectiontimeout", wait);
        p.put(at + "timeout", wait);
        Session session = Session.getInstance(p);
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(job[7], false));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(job[8]));
        message.setSubject("test");
        message.setText("hello");
        try (Transport transport = session.getTransport(name)) {
            if (user.isEmpty()) transport.connect();
            else transport.connect(host, Integer.parseInt(job[2]), user, job[6]);
            transport.sendMessage(message, message.getAllRecipients());
        }
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        for (String line; (line = lines.readLine()) != null; ) {
            String[] job = line.split("\t", -1);
            pool.submit(() -> {
                String error = "";
                try {
                    send(job);
                } catch (Throwable caught) {
                    error = String.valueOf(caught).replaceAll("\\s+", " ").replace("\\", "\\\\").replace("\"", "\\\"");
                }
                out.println("{\"id\": \"" + job[0] + "\", \"error\": \"" + error + "\"}");
            });
        }
        pool.shutdown();
        pool.awaitTermination(60, TimeUnit.SECONDS);
    }
}
