/** Japanese for the sentences of lib/schema, lib/panel, lib/api, lib/db and lib/server. `{}` in a key is `{1}`, `{2}`… in its translation. */
export const japanese: Record<string, string> = {
  // Titles of problems
  "Changed meanwhile": "その間に変更されました",
  Conflict: "競合しています",
  "Dashboard unavailable": "ダッシュボードを表示できません",
  "Database unusable": "データベースを使用できません",
  "Internal error": "内部エラー",
  "Invalid request": "入力に誤りがあります",
  "Malformed request": "リクエストの形式が不正です",
  "Method not allowed": "このメソッドは使えません",
  "Not allowed": "許可されていません",
  "Not found": "見つかりません",
  "Not signed in": "サインインしていません",
  Starting: "起動中",
  "Supervisor away": "スーパーバイザーに接続できません",
  "Too large": "大きすぎます",
  "Too many attempts": "試行回数が多すぎます",
  "Too many streams": "ストリームが多すぎます",
  "Unknown host name": "不明なホスト名",
  "Wrong content type": "コンテンツタイプが違います",

  // Accounts
  "A token has no session to end.": "トークンには終了するセッションがありません。",
  "Choose at least one scope.": "スコープを 1 つ以上選んでください。",
  "Give a password.": "パスワードを入力してください。",
  "Give a time in the future.": "未来の日時を指定してください。",
  "Give a user name.": "ユーザー名を入力してください。",
  "Give the setup token that Monban printed when it started.":
    "Monban が起動時に表示したセットアップトークンを入力してください。",
  "Give the token a name.": "トークンに名前を付けてください。",
  "Give your current password.": "現在のパスワードを入力してください。",
  "Leave out control characters.": "制御文字は使えません。",
  "Monban is already set up. Sign in instead.":
    "Monban のセットアップは完了しています。サインインしてください。",
  "Monban printed it when it started. It also stands in the file setup-token in the data folder.":
    "起動時に Monban が表示しました。データフォルダーの setup-token ファイルにも書かれています。",
  "Only a signed-in person has a password to change.":
    "パスワードを変更できるのは、サインインしている人だけです。",
  "Scripts send `Authorization: Bearer mbn_…`.":
    "スクリプトからは `Authorization: Bearer mbn_…` を送ってください。",
  "Sign in, or give a valid token.": "サインインするか、有効なトークンを指定してください。",
  "The user name or the password is not right.": "ユーザー名またはパスワードが正しくありません。",
  "There is no such session.": "そのセッションはありません。",
  "There is no such token.": "そのトークンはありません。",
  "This is not the setup token.": "セットアップトークンが違います。",
  "This is not your current password.": "現在のパスワードが違います。",
  "This needs the scope {}.": "この操作にはスコープ {1} が必要です。",
  "This request comes from another site than the panel itself.":
    "このリクエストはパネル以外のサイトから送られています。",
  "Too many failed attempts. Wait a moment before the next one.":
    "失敗が続いたため、しばらく試せません。少し待ってからやり直してください。",
  "Use letters, digits and . _ @ - only, and start with a letter or digit.":
    "英数字と . _ @ - だけを使い、英数字で始めてください。",

  // Sites
  "A sync worker has exactly 1 thread. Choose gthread for more.":
    "sync ワーカーのスレッドは 1 つだけです。増やすには gthread を選んでください。",
  "Another site is named {} already.": "{1} という名前のサイトはすでにあります。",
  "Give the value again to stop keeping it secret.": "秘密の扱いをやめるには、値を入力し直してください。",
  "Give the variable a value.": "変数に値を指定してください。",
  'If-Match holds the revision of the site, such as "7".':
    'If-Match にはサイトのリビジョンを "7" のように指定してください。',
  "No Flask, Django or other Python application was found in this folder. Name its entry point.":
    "このフォルダーに Flask や Django などの Python アプリケーションが見つかりません。エントリーポイントを指定してください。",
  "Some fields do not fit. Nothing was changed.": "入力に誤りがあります。何も変更していません。",
  "Somebody else changed this site at the same moment. Look at it and try again.":
    "同時に別の人がこのサイトを変更しました。内容を確認して、もう一度お試しください。",
  "Start it first.": "先に起動してください。",
  "The code of this release was removed to save space.":
    "このリリースのコードは、容量を空けるため削除済みです。",
  "The name of a site never changes. Create a new site instead.":
    "サイトの名前は変更できません。新しいサイトを作成してください。",
  "There is no such operation.": "その操作はありません。",
  "There is no such site.": "そのサイトはありません。",
  "This domain is listed twice.": "このドメインは 2 回指定されています。",
  "This path is mapped twice.": "このパスは 2 回割り当てられています。",
  "This site has no such release.": "このサイトにそのリリースはありません。",
  "This site is started already.": "このサイトはすでに起動しています。",
  "This site is stopped already.": "このサイトはすでに停止しています。",
  "This site is stopped.": "このサイトは停止しています。",
  "This site was changed since you looked at it. Look at it again before you change it.":
    "表示した後にこのサイトが変更されました。内容を確認し直してから変更してください。",
  "Two sites have the same id.": "同じ ID のサイトが 2 つあります。",
  "Two sites have the same name.": "同じ名前のサイトが 2 つあります。",
  "{} belongs to the site {} already.": "{1} はすでにサイト {2} で使われています。",

  // Supervisor and requests
  "An Idempotency-Key has 1 to 200 printable characters without spaces.":
    "Idempotency-Key は空白を含まない 1～200 文字の表示可能な文字で指定してください。",
  "It is restarted by itself; try again in a moment.": "自動で再起動されます。少し待ってからお試しください。",
  "Send JSON, with the content type application/json.":
    "JSON をコンテンツタイプ application/json で送ってください。",
  "Something failed that should not. The panel's log says what, under this request id.":
    "予期しないエラーが起きました。詳細はパネルのログに、このリクエスト ID で記録されています。",
  "Something failed that should not. The panel's log says what.":
    "予期しないエラーが起きました。詳細はパネルのログをご覧ください。",
  "The body is larger than 1 MB.": "本文が 1 MB を超えています。",
  "The body is not JSON.": "本文が JSON ではありません。",
  "The body is not UTF-8 text.": "本文が UTF-8 のテキストではありません。",
  "The first request with this Idempotency-Key is still under way.":
    "この Idempotency-Key の最初のリクエストがまだ処理中です。",
  "The supervisor cannot be reached. Sites keep serving; nothing was changed.":
    "スーパーバイザーに接続できません。サイトは動き続けています。何も変更していません。",
  "There is nothing at this path.": "このパスには何もありません。",
  "This Idempotency-Key was used for another request.":
    "この Idempotency-Key は別のリクエストで使われています。",
  "This is not a cursor of this list.": "この一覧のカーソルではありません。",
  "This path does not take this method.": "このパスではこのメソッドを使えません。",
  "Too many streams are open.": "開いているストリームが多すぎます。",

  // Fields in general
  "At least {} thread.": "スレッドは {1} 以上にしてください。",
  "At least {} worker.": "ワーカーは {1} 以上にしてください。",
  "At least {}.": "{1} 以上にしてください。",
  "At most {} domains.": "ドメインは {1} 個までです。",
  "At most {} persistent paths.": "永続パスは {1} 個までです。",
  "At most {} static mappings.": "静的ファイルの割り当ては {1} 個までです。",
  "At most {} threads.": "スレッドは {1} までです。",
  "At most {} workers.": "ワーカーは {1} までです。",
  "At most {}.": "{1} 以下にしてください。",
  "Choose one of: {}.": "次から選んでください: {1}",
  "Give a list.": "リストで指定してください。",
  "Give a number.": "数値で指定してください。",
  "Give a text.": "文字列で指定してください。",
  "Give a time in UTC such as 2026-01-31T12:00:00Z.":
    "2026-01-31T12:00:00Z のように UTC の日時で指定してください。",
  "Give a whole number.": "整数で指定してください。",
  "Give an object.": "オブジェクトで指定してください。",
  "Give at least {} entries.": "{1} 個以上指定してください。",
  "Give at most {} entries.": "{1} 個まで指定できます。",
  "Give null.": "null を指定してください。",
  "Give true or false.": "true か false を指定してください。",
  "Only {} is possible here.": "ここで指定できるのは {1} だけです。",
  "This does not fit.": "この値は使えません。",
  "This field is needed.": "この項目は必須です。",
  "This is not written as it should be.": "書式が正しくありません。",
  "This name does not fit.": "この名前は使えません。",
  "Unknown field.": "不明な項目です。",
  "Unknown field; did you mean {}?": "不明な項目です。{1} のことですか？",
  "Use at least {} characters.": "{1} 文字以上にしてください。",
  "Use at most {} characters.": "{1} 文字以内にしてください。",

  // Fields of a site
  "A domain has at most 253 characters.": "ドメインは 253 文字以内です。",
  "A path has at most {} characters.": "パスは {1} 文字以内です。",
  "An environment variable cannot hold a NUL character.": "環境変数に NUL 文字は入れられません。",
  "Give a domain.": "ドメインを入力してください。",
  "Give a folder.": "フォルダーを入力してください。",
  "Give a path inside the source folder.": "ソースフォルダー内のパスを入力してください。",
  "Give a path relative to the source folder.": "ソースフォルダーからの相対パスで指定してください。",
  "Give an absolute path that starts with /.": "/ で始まる絶対パスで指定してください。",
  "Give at least one domain.": "ドメインを 1 つ以上指定してください。",
  "Give the site a name.": "サイトに名前を付けてください。",
  'Give the value as text, as { "value": "…", "secret": true }, or null to remove it.':
    '値は文字列か { "value": "…", "secret": true } で指定してください。削除するには null を指定します。',
  "Leave out . and ..": ". と .. は使えません。",
  "Leave out .. and give the path itself.": ".. を使わずに、パスそのものを指定してください。",
  "Leave out .. and stay inside the source folder.":
    ".. を使わずに、ソースフォルダーの中を指定してください。",
  "Name the module and the variable, such as run:app.":
    "run:app のように、モジュールと変数を指定してください。",
  "Not an id of the form {}_….": "{1}_… の形の ID ではありません。",
  "Start and end with a slash and use letters, digits and _ . ~ - only, such as /static/.":
    "/static/ のように / で始めて / で終え、英数字と _ . ~ - だけを使ってください。",
  "Start with a slash, such as /health, and use URL characters only.":
    "/health のように / で始め、URL に使える文字だけを使ってください。",
  "Use a plain host name such as shop.example.org: lower-case letters, digits, dots and hyphens; write international names as punycode (xn--…).":
    "shop.example.org のようなホスト名を、英小文字・数字・ドット・ハイフンで指定してください。日本語などのドメインは Punycode (xn--…) で書いてください。",
  "Use letters, digits and underscores, and do not start with a digit.":
    "英数字とアンダースコアを使い、数字以外で始めてください。",
  "Use letters, digits, spaces and _ @ % + = : , . ~ - / only.":
    "使えるのは英数字、空白と _ @ % + = : , . ~ - / だけです。",
  "This name is Monban's own; choose another, such as my-shop.":
    "この名前は Monban 自身が使います。my-shop のような別の名前にしてください。",
  "Use lower-case letters, digits and hyphens, such as my-shop.":
    "my-shop のように、英小文字・数字・ハイフンを使ってください。",
  "Write it as module:variable or module:factory(), such as run:app or shop.wsgi:application.":
    "run:app や shop.wsgi:application のように、モジュール:変数 または モジュール:関数() の形で書いてください。",

  // The panel's own state
  "The supervisor cannot be reached. Sites keep serving; nothing can be changed until it is back.":
    "スーパーバイザーに接続できません。サイトは動き続けていますが、復帰するまで何も変更できません。",
  "Another program holds the panel's database locked.":
    "別のプログラムがパネルのデータベースをロックしています。",
  "Close the program that has monban.db open. The panel tries again by itself.":
    "monban.db を開いているプログラムを閉じてください。パネルは自動で再試行します。",
  "Free some space on the disk that holds Monban's data. The panel tries again by itself.":
    "Monban のデータがあるディスクの空きを増やしてください。パネルは自動で再試行します。",
  "Give the user that runs the panel read and write access to monban.db and to the folder it lies in.":
    "パネルを実行するユーザーに、monban.db とそのフォルダーの読み書きを許可してください。",
  "Look at the panel's log for the reason.": "原因はパネルのログをご覧ください。",
  "Look at the panel's log for the reason. The panel tries again by itself.":
    "原因はパネルのログをご覧ください。パネルは自動で再試行します。",
  "Put a backup of monban.db in its place; or move the file away, and Monban starts with an empty one. Sites keep serving meanwhile.":
    "monban.db をバックアップから戻してください。ファイルを別の場所に移すと、空のデータベースで始まります。その間もサイトは動き続けます。",
  "Start the version of Monban that wrote it, or a newer one.":
    "このデータベースを作成したバージョンか、それより新しい Monban を起動してください。",
  "The dashboard could not be loaded. The API and the sites are not affected.":
    "ダッシュボードを読み込めませんでした。API とサイトに影響はありません。",
  "The panel does not answer to this host name.": "パネルはこのホスト名では応答しません。",
  "The panel is starting. Sites are not affected.": "パネルを起動しています。サイトに影響はありません。",
  "The panel may not read or write its database.": "パネルにデータベースを読み書きする権限がありません。",
  "The panel's database could not be opened.": "パネルのデータベースを開けませんでした。",
  "The panel's database could not be written: the disk is full.":
    "ディスクがいっぱいで、パネルのデータベースに書き込めませんでした。",
  "The panel's database is damaged or is not a database.":
    "パネルのデータベースが壊れているか、データベースではありません。",
  "The panel's database was made by another version of Monban.":
    "パネルのデータベースは別のバージョンの Monban で作られています。",
  "The request target is not a path.": "リクエストの対象がパスではありません。",
  "Use the address that Monban printed, or add this name to MONBAN_PANEL_HOSTS.":
    "Monban が表示したアドレスを使うか、この名前を MONBAN_PANEL_HOSTS に追加してください。",
};
