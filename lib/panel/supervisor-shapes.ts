/** What the supervisor answers and the panel hands on as it is. */
export { configFileSchema, logPageSchema, MAX_WAIT_MS, outputChunkSchema } from "../control/contract.ts";
