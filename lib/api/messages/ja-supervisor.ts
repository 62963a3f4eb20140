/** Japanese for lib/supervisor: operations and their steps, rollouts, pools, nginx, the journal, and what it refuses. */
export const japaneseSupervisor: Record<string, string> = {
  // Operations
  "The operation failed": "操作に失敗しました",
  Cancelled: "中止しました",
  "Cancelled: cancelled.": "中止しました。",
  "Cancelled: {}.": "中止しました: {1}。",
  "Monban is stopping": "Monban を停止しています",
  Interrupted: "中断されました",
  interrupted: "中断されました",
  "The supervisor was restarted while this was under way. It has looked at everything again and brought it to the desired state.":
    "処理中にスーパーバイザーが再起動しました。すべてを確認し直し、あるべき状態に戻しています。",
  "Look at the site's release and repeat the action if it did not take effect.":
    "サイトのリリースを確認し、反映されていなければもう一度操作してください。",
  "The site is not served yet.": "サイトはまだ配信されていません。",
  "{} The site is not served yet.": "{1} サイトはまだ配信されていません。",
  "The site is not served.": "サイトは配信されていません。",
  "{} The site is not served.": "{1} サイトは配信されていません。",
  "Nothing changed for visitors: the site still runs release {}.":
    "訪問者への影響はありません。サイトはリリース {1} のまま動いています。",
  "{} Nothing changed for visitors: the site still runs release {#}.":
    "{1} 訪問者への影響はありません。サイトはリリース {2} のまま動いています。",
  "The site runs release {}.": "サイトはリリース {1} で動いています。",
  "{} The site runs release {#}.": "{1} サイトはリリース {2} で動いています。",
  "The site runs release unknown.": "サイトがどのリリースで動いているかは不明です。",
  "The site runs with {} workers.": "サイトはワーカー {1} 台で動いています。",
  "The site runs with an unknown number of workers.": "サイトが何台のワーカーで動いているかは不明です。",
  "The site may not be answering; Monban keeps trying to start it.":
    "サイトが応答していない可能性があります。Monban は起動を試み続けます。",
  "{} The site may not be answering; Monban keeps trying to start it.":
    "{1} サイトが応答していない可能性があります。Monban は起動を試み続けます。",
  "Changed settings could not be brought to life: {}": "変更した設定を反映できませんでした: {1}",

  // Steps
  "release {#} again": "リリース {1} を再び使用",
  "release {#}, {#} files": "リリース {1}、{2} ファイル",
  "release {#}, no file changed": "リリース {1}、ファイルの変更なし",
  "release {#}, 1 file changed": "リリース {1}、1 ファイル変更",
  "release {#}, {#} files changed": "リリース {1}、{2} ファイル変更",
  unchanged: "変更なし",
  "built with gunicorn {}": "gunicorn {1} で作成",
  "gunicorn master {#}": "gunicorn マスター {1}",
  "gunicorn master {#}, {#} {w} worker": "gunicorn マスター {1}、{3} ワーカー {2} 台",
  "gunicorn master {#}, {#} {w} workers": "gunicorn マスター {1}、{3} ワーカー {2} 台",
  "{#} worker imported {}": "ワーカー {1} 台が {2} を読み込みました",
  "{#} workers imported {}": "ワーカー {1} 台が {2} を読み込みました",
  "{#} workers": "ワーカー {1} 台",
  "{#} → {#} workers": "ワーカー {1} → {2} 台",
  "GET {w} answered {} in {#} ms, {#} passes": "GET {1} が {3} ミリ秒で {2} を返し、{4} 回合格",
  "{w} answered {#} in {#} ms": "{1} が {3} ミリ秒で {2} を返しました",
  "release {#} → {#}": "リリース {1} → {2}",
  "release {#}": "リリース {1}",
  "{#} requests, {#} server errors in {#} s": "{3} 秒間にリクエスト {1} 件、サーバーエラー {2} 件",
  "finished by itself": "自然に完了",
  "killed after the deadline, {#} requests cut":
    "期限を過ぎたため強制終了し、リクエスト {1} 件を打ち切りました",
  "workers finished": "ワーカーが完了しました",
  "nothing was running": "動いているものはありませんでした",
  "nothing to tidy up": "整理するものはありません",
  "revision {#} tested, live and verified": "リビジョン {1} をテストして反映し、確認しました",
  "revision {#} is live already": "リビジョン {1} はすでに反映されています",
  "nginx did not take it and is told again": "nginx が受け付けなかったため、後でもう一度伝えます",
  "releases, environments and logs are kept": "リリース、環境、ログは残してあります",
  "releases, environments and logs are removed; the source folder is untouched":
    "リリース、環境、ログを削除しました。ソースフォルダーには触れていません",

  // Rollouts
  "Release {#} is not kept any more.": "リリース {1} はもう保管されていません。",
  "Choose one of the releases that are marked as kept.": "「保管中」のリリースから選んでください。",
  "GET {w} answered {#} {#} times.": "GET {1} が {3} 回とも {2} を返しました。",
  "GET {w} did not answer ({}) {#} times.": "GET {1} に {3} 回とも応答がありませんでした ({2})。",
  "GET {w} {} {#} times.": "GET {1} に {3} 回失敗しました: {2}。",
  "did not answer ({})": "応答がありません ({1})",
  "Give the path of a page that exists in Settings, under Health check.":
    "設定の「ヘルスチェック」で、実在するページのパスを指定してください。",
  "Open the app log for the traceback, or change the path in Settings, under Health check.":
    "アプリのログでトレースバックを確認するか、設定の「ヘルスチェック」でパスを変更してください。",
  "A request through nginx got no answer ({}).": "nginx 経由のリクエストに応答がありませんでした ({1})。",
  "A request through nginx was answered with {}.": "nginx 経由のリクエストに {1} が返りました。",
  "The workers are ready; look at the site's error log and at the Server page for the state of nginx.":
    "ワーカーは稼働しています。サイトのエラーログと、「サーバー」ページの nginx の状態を確認してください。",
  "Visitors were sent back to the former release.": "訪問者は前のリリースに戻されました。",
  "{} Visitors were sent back to the former release.": "{1} 訪問者は前のリリースに戻されました。",
  "Open the app log of this release for the tracebacks, mend the code and reload again.":
    "このリリースのアプリのログでトレースバックを確認し、コードを直してもう一度リロードしてください。",
  "This site has no generation that serves.": "このサイトには稼働中の世代がありません。",
  "Press Reload to make a release.": "「リロード」を押してリリースを作成してください。",
  "Connections were still waiting in the old generation's queue at the deadline.":
    "期限の時点で、前の世代の待ち行列に接続が残っていました。",
  "The old workers did not finish within {#} s and were killed; {#} requests were cut{?: }.":
    "前のワーカーが {1} 秒以内に完了しなかったため強制終了し、リクエスト {2} 件を打ち切りました{3}。",
  "Workers were killed after the deadline; {#} requests were cut: {}.":
    "期限を過ぎたワーカーを強制終了し、リクエスト {1} 件を打ち切りました: {2}。",
  "nginx still sends visitors to this site, who get an error: {}":
    "nginx がまだ訪問者をこのサイトに送っているため、訪問者にはエラーが表示されます: {1}",

  // Pools
  "The application did not finish importing within {#} s: {#} of {#} workers are ready{?; }.":
    "アプリケーションの読み込みが {1} 秒以内に終わりませんでした。ワーカー {3} 台のうち稼働しているのは {2} 台です{4}。",
  "; they were still at {}": "。{1} で止まっていました",
  "Look for work done at import, such as a connection that is waited for, or raise the boot deadline in Settings.":
    "接続待ちなど、import 時に行っている処理を見直すか、設定で起動の制限時間を延ばしてください。",
  "The gunicorn master died while workers were changed.":
    "ワーカー数の変更中に gunicorn マスターが終了しました。",
  "A worker was asked for and none became ready within {#} s; the site runs with {#} workers.":
    "追加したワーカーが {1} 秒以内に稼働しませんでした。サイトはワーカー {2} 台で動いています。",
  "A worker was asked to stop and did not within {#} s.":
    "停止を求めたワーカーが {1} 秒以内に停止しませんでした。",
  "Workers of the dead gunicorn master {#} did not finish within {#} s and were killed.":
    "終了した gunicorn マスター {1} のワーカーが {2} 秒以内に完了しなかったため、強制終了しました。",
  "{} has been running for {#} s in worker {#}; the worker finishes its other requests and is replaced.":
    "ワーカー {3} で {1} の処理が {2} 秒続いています。このワーカーは、ほかのリクエストを終えてから入れ替えられます。",
  "More than {#} workers of {} ended within a minute; the others are not told one by one.":
    "{2} のワーカーが 1 分以内に {1} 台を超えて終了しました。それ以降は 1 台ずつは記録しません。",

  // State and health
  "It could not be started.": "起動できませんでした。",
  "It keeps dying.": "終了を繰り返しています。",
  "The health check fails.": "ヘルスチェックに失敗しています。",
  "It is being brought up.": "起動しています。",
  "GET {w} answered {#}": "GET {1} が {2} を返しました",
  "GET {w} got no answer: {}": "GET {1} に応答がありません ({2})",
  "answered {#}": "{1} が返りました",
  "got no answer: {}": "応答がありません: {1}",

  // The journal
  "{w} {#} was started.": "{1} {2} を起動しました。",
  "gunicorn master {#} was started again for release {#}; what waited in the socket is answered.":
    "リリース {2} の gunicorn マスターを起動し直しました (PID {1})。ソケットで待っていたリクエストにも応答します。",
  "gunicorn master {#}: {}": "gunicorn マスター {1}: {2}",
  "The supervisor {#} has started.": "スーパーバイザー {1} が起動しました。",
  "It was ended by {w}.": "{1} で終了しました。",
  "It ended with exit code {#}.": "終了コード {1} で終了しました。",
  "It ended while nobody could see how.": "終了しましたが、どのように終了したかは確認できませんでした。",
  "{} It died once; it is started again at once.": "{1} 1 回終了したため、すぐに起動し直します。",
  "{} It died {#} times in a row; the next try is in {}.":
    "{1} {2} 回続けて終了しました。次の起動は {3} 後です。",
  "This is over.": "解消しました。",
  "Only {#} MB are free where {} lies. Sites keep serving; logs, releases and settings may not be written.":
    "{2} のあるディスクの空きは {1} MB だけです。サイトの配信は続いていますが、ログ、リリース、設定を書き込めない可能性があります。",
  "The journal cannot be written: {}. Sites keep serving.":
    "ジャーナルに書き込めません: {1}。サイトの配信は続いています。",
  "{} could not be read ({}). It was kept as {}; sites that are up stay up until the panel hands over the desired state again.":
    "{1} を読み取れませんでした ({2})。{3} として残してあります。動いているサイトは、パネルが設定を渡し直すまでそのまま動き続けます。",
  "Figures in {} are late: {}.": "{1} の計測値の記録が遅れています: {2}。",

  // Logs
  "nginx was not told to open its logs again and writes to the rotated ones: {}. Monban tries again.":
    "nginx にログを開き直させられず、ローテーション済みのログに書き込まれています: {1}。Monban が再試行します。",
  "{} had grown too fast to be kept: its first {#} MB were dropped.":
    "{1} が急に大きくなって保管しきれないため、先頭の {2} MB を破棄しました。",
  "{} could not be rotated: no space left on the disk. It stays as it is, and its site goes on.":
    "ディスクに空きがなく、{1} をローテーションできませんでした。ログはそのまま残り、サイトも動き続けます。",
  "{} could not be rotated: {}. It stays as it is and goes on growing.":
    "{1} をローテーションできませんでした: {2}。ログはそのまま残り、大きくなり続けます。",
  "This is not a position in a log.": "ログの中の位置ではありません。",
  "Give either before or after.": "before と after はどちらか一方だけ指定してください。",

  // nginx
  "nginx accepts the site again.": "nginx がサイトを再び受け付けました。",
  "Sites keep the former configuration of nginx.": "サイトは以前の nginx 設定のまま動いています。",
  "nginx does not accept this site: {}": "nginx がこのサイトを受け付けません: {1}",
  "Other sites are not affected. Mend the setting that is named and apply again.":
    "ほかのサイトに影響はありません。示された設定を直して、もう一度適用してください。",
  "nginx refuses the configuration: {}. Sites unchanged.":
    "nginx が設定を拒否しました: {1}。サイトに変更はありません。",
  "nginx refuses the configuration: {}.": "nginx が設定を拒否しました: {1}。",
  "nginx is not up; it will start with revision {#}.":
    "nginx は動いていません。次にリビジョン {1} で起動します。",
  "Revision {#} is live already.": "リビジョン {1} はすでに反映されています。",
  "nginx kept its old configuration: {}.": "nginx は以前の設定のままです: {1}。",
  "nginx kept its old configuration: {}. {}": "nginx は以前の設定のままです: {1}。{2}",
  "Revision {#} was tested, is live and verified.": "リビジョン {1} をテストして反映し、確認しました。",
  "There is no earlier revision to go back to.": "戻れる以前のリビジョンはありません。",
  "Revision {#} stays live; sites unchanged.":
    "リビジョン {1} のまま動いています。サイトに変更はありません。",
  "Going back to revision {#} is not confirmed: {}.": "リビジョン {1} に戻ったことを確認できません: {2}。",
  "nginx has no status socket: {}. nginx cannot be started.":
    "nginx の状態確認用ソケットを用意できません: {1}。nginx を起動できません。",
  "Could not listen on {}: the address is in use {}.":
    "{1} で待ち受けできませんでした。このアドレスは{2}が使用中です。",
  "a program": "プログラム",
  "by another program": "別のプログラム",
  "by {} ({#})": " {1} (PID {2}) ",
  "Could not listen on {}: ports below 1024 need privileges ({}).":
    "{1} で待ち受けできませんでした。1024 未満のポートには権限が必要です ({2})。",
  "Could not listen on {}: {}.": "{1} で待ち受けできませんでした: {2}。",
  "Sites are not reachable there until that is mended; Monban tries again by itself.":
    "解消されるまで、そのアドレスではサイトに接続できません。Monban が自動で再試行します。",
  "nginx did not finish its test within {#} s": "nginx のテストが {1} 秒以内に終わりませんでした",
  "nginx ended without a word": "nginx が何も出力せずに終了しました",
  "The domain {} belongs to the site {} already.": "ドメイン {1} はすでにサイト {2} で使われています。",
  "the nginx master died": "nginx マスターが終了しました",
  "no new worker answered with revision {#} in {#} s":
    "リビジョン {1} で応答する新しいワーカーが {2} 秒以内に現れませんでした",
  "nginx ended right after its start: {}.": "nginx が起動直後に終了しました: {1}。",
  "nginx did not answer within {#} s after its start: {}.":
    "nginx が起動後 {1} 秒以内に応答しませんでした: {2}。",
  "it said nothing": "何も出力しませんでした",
  "Workers of a former nginx did not finish within {#} s and were killed.":
    "以前の nginx のワーカーが {1} 秒以内に完了しなかったため、強制終了しました。",
  "{w}: {} cannot be written into the nginx configuration. {}": "{1}: {2} は nginx の設定に書けません。{3}",
  "Leave out control characters, $ and \\.": "制御文字、$、\\ は使えません。",
  "Leave out . and .. and stay below 1024 characters.": ". と .. を使わず、1024 文字未満で指定してください。",
  "Start and end with a slash, without empty parts, such as /static/.":
    "/static/ のように / で始めて / で終え、空の部分がないようにしてください。",
  "Use a plain host name such as shop.example.org, in lower case.":
    "shop.example.org のようなホスト名を、小文字で指定してください。",
  "Use a socket path without colons, of at most {#} bytes.":
    "ソケットのパスは、コロンを含まない {1} バイト以内にしてください。",
  "Use a whole number that is not negative.": "0 以上の整数を指定してください。",
  "Use an absolute path of letters, digits, spaces and _ @ % + = : , . ~ - / only.":
    "絶対パスに使えるのは英数字、空白と _ @ % + = : , . ~ - / だけです。",
  "Use an address and a port, such as 0.0.0.0:8080 or [::]:8080.":
    "0.0.0.0:8080 や [::]:8080 のように、アドレスとポートを指定してください。",

  // What the supervisor refuses
  "The supervisor refused": "スーパーバイザーが拒否しました",
  "The supervisor refused with status {#}.": "スーパーバイザーがステータス {1} で拒否しました。",
  "There is no {w} {w} here.": "ここに {1} {2} はありません。",
  "The body is larger than 16 MB.": "本文が 16 MB を超えています。",
  "Malformed JSON": "JSON の形式が不正です",
  Invalid: "入力に誤りがあります",
  "Some fields are not as they have to be.": "入力に誤りがあります。",
  "Some parameters are not as they have to be.": "パラメーターに誤りがあります。",
  "Too late to cancel": "もう中止できません",
  "The operation has ended, or visitors have been sent to the new release already.":
    "操作はすでに終わっているか、訪問者が新しいリリースに切り替わっています。",
  "Roll back to the former release instead.": "代わりに前のリリースへロールバックしてください。",
  "Unknown site": "サイトが見つかりません",
  "There is no site {}.": "サイト {1} はありません。",
  "The site is busy": "サイトは処理中です",
  "Another operation works on {w}.": "{1} では別の操作が進行中です。",
  "Another operation works on {w} ({w}).": "{1} では別の操作 ({2}) が進行中です。",
  "Monban is just ending old workers of {} or starting new ones.":
    "Monban が {1} の前のワーカーを終了させているか、新しいワーカーを起動しているところです。",
  "Try again in a moment.": "少し待ってからお試しください。",
  "Wait until it has ended, or cancel it.": "終わるまで待つか、その操作を中止してください。",
  "The site is stopped": "サイトは停止しています",
  "{w} is stopped.": "{1} は停止しています。",
  "Unknown operation": "操作が見つかりません",
  "There is no operation {w}; the oldest are forgotten.":
    "操作 {1} はありません。古い操作の記録は消去されます。",
  "This folder cannot be used": "このフォルダーは使えません",
  "Older than what is held": "保持しているものより古い内容です",
  "The supervisor holds revision {#}; revision {#} is older.":
    "スーパーバイザーはリビジョン {1} を保持しており、リビジョン {2} はそれより古いものです。",
  "The state could not be written": "状態を書き込めませんでした",
  "The supervisor could not write {}: {}. Nothing changed; sites keep serving.":
    "スーパーバイザーが {1} に書き込めませんでした: {2}。何も変更していません。サイトの配信は続いています。",
  "Make room on the disk and try again.": "ディスクの空きを増やして、もう一度お試しください。",
};
