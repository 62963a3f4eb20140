import type { ReactNode } from "react";

/** What stands where there is nothing yet: what would be here, and how to get it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-6 py-10 text-center">
      <p className="text-base font-medium">{title}</p>
      {children ? <p className="max-w-prose text-base text-muted">{children}</p> : null}
      {action ? <div className="mt-3">{action}</div> : null}
    </div>
  );
}
