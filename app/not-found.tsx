import { NotFound } from "../lib/ui/shell/not-found.tsx";

export default function Page() {
  return (
    <main>
      <NotFound />
    </main>
  );
}
