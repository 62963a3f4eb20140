import { PageSkeleton } from "../../../../lib/ui/shell/page-skeleton.tsx";

export default function Loading() {
  return <PageSkeleton tabs />;
}
