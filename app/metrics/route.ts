import { getPanel } from "../../lib/panel/instance.ts";

export const dynamic = "force-dynamic";

export const GET = (request: Request) => getPanel().fetch(request);
