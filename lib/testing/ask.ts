/** One connection, one answer; and many of them, counting what fails. */
import { createConnection, type NetConnectOpts } from "node:net";

const ANSWER_DEADLINE_MS = 20_000;

/** Connects, says `question`, and reads until the server closes. Rejects when the connection fails or the answer is empty. */
export function ask(target: NetConnectOpts, question = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = createConnection(target);
    if (question) socket.write(question);
    socket.setTimeout(ANSWER_DEADLINE_MS, () =>
      socket.destroy(new Error(`no answer within ${ANSWER_DEADLINE_MS} ms`)),
    );
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () =>
      text === "" ? reject(new Error("the connection was closed unanswered")) : resolve(text),
    );
  });
}

export type Load = {
  /** How many were answered so far. */
  answered(): number;
  /** Ends the load after what is under way. `answers` has each different answer once. */
  stop(): Promise<{ answered: number; failures: string[]; answers: string[] }>;
};

/** Keeps `clients` connections going, one request each, until it is stopped. */
export function startLoad(target: NetConnectOpts, clients = 8, question = ""): Load {
  const failures: string[] = [];
  const answers = new Set<string>();
  let answered = 0;
  let stopping = false;
  const one = async () => {
    while (!stopping) {
      try {
        answers.add(await ask(target, question));
        answered++;
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, one));
  return {
    answered: () => answered,
    async stop() {
      stopping = true;
      await all;
      return { answered, failures, answers: [...answers] };
    },
  };
}
