/** Japanese for lib/core: health, deaths and restarts, why something did not start, and what a folder holds. */
export const japaneseCore: Record<string, string> = {
  // Health
  "No gunicorn master is alive for this site.": "このサイトの gunicorn マスターが動いていません。",
  "The health check fails: {}.": "ヘルスチェックに失敗しています: {1}。",
  "Taken out of nginx: {}": "nginx から外されています: {1}",
  "The workers answer, but a request through nginx fails: {}.":
    "ワーカーは応答していますが、nginx 経由のリクエストに失敗しています: {1}。",
  "Not checked yet.": "まだ確認していません。",
  "{#} of {#} workers are ready.": "ワーカー {2} 台のうち {1} 台が稼働しています。",
  "{#} % of requests in the last minute ended in a server error.":
    "直近 1 分間のリクエストの {1}% がサーバーエラーになりました。",
  "Requests waited for a free worker in {#} % of the last 5 minutes.":
    "直近 5 分間のうち {1}% の時間、リクエストが空きワーカーを待ちました。",
  "no answer": "応答がありません",

  // Restarts
  "It died once; it is started again at once.": "1 回終了したため、すぐに起動し直します。",
  "It died {#} times in a row; the next try is in {}.": "{1} 回続けて終了しました。次の起動は {2} 後です。",
  "{#} s": "{1} 秒",
  "{#} ms": "{1} ミリ秒",

  // After cut over
  "The new gunicorn master died after cut over.": "切り替え後に、新しい gunicorn マスターが終了しました。",
  "{#} worker of the new release died after cut over.":
    "切り替え後に、新しいリリースのワーカーが {1} 台終了しました。",
  "{#} workers of the new release died after cut over.":
    "切り替え後に、新しいリリースのワーカーが {1} 台終了しました。",
  "{#} of {#} requests ended in a server error after cut over.":
    "切り替え後、リクエスト {2} 件のうち {1} 件がサーバーエラーになりました。",

  // Why gunicorn did not come up
  "gunicorn could not read its settings: {}.": "gunicorn が設定を読み込めませんでした: {1}。",
  "The application could not be loaded: {}.": "アプリケーションを読み込めませんでした: {1}。",
  "The application could not be loaded: {} at {w}:{#}.":
    "アプリケーションを読み込めませんでした ({2} の {3} 行目): {1}。",
  "There is no module {} in the folder. Check the entry point {} in Settings.":
    "フォルダーにモジュール {1} がありません。設定でエントリーポイント {2} を確認してください。",
  "Add the package that provides {} to requirements.txt, or mend the import in {}, and reload again.":
    "{1} を提供するパッケージを requirements.txt に追加するか、{2} の import を直して、もう一度リロードしてください。",
  "the code": "コード",
  "Mend {} and reload again.": "{1} を直して、もう一度リロードしてください。",
  "Mend {} near line {#} and reload again.": "{1} の {2} 行目付近を直して、もう一度リロードしてください。",
  "the file": "ファイル",
  "The environment variable {} is missing. Add it under Environment and reload again.":
    "環境変数 {1} がありません。設定の環境変数に追加して、もう一度リロードしてください。",
  "The site's system user may not do that. Check the owner of the file it names.":
    "サイトのシステムユーザーにその権限がありません。示されたファイルの所有者を確認してください。",
  "Check the entry point in Settings: it is module:variable or module:factory().":
    "設定でエントリーポイントを確認してください。「モジュール:変数」または「モジュール:ファクトリー()」の形で書きます。",
  "The module {} has no variable {}.": "モジュール {1} に変数 {2} がありません。",
  "{} returned nothing instead of an application.": "{1} がアプリケーションを返しませんでした。",
  "End the factory with: return app.": "ファクトリーの最後に return app と書いてください。",
  "The module {} has no application {}.": "モジュール {1} にアプリケーション {2} がありません。",
  "{} is no application: it cannot be called.": "{1} は呼び出せないため、アプリケーションではありません。",
  "gunicorn does not understand the entry point {}.":
    "エントリーポイント {1} は gunicorn が解釈できない形です。",
  "gunicorn is not installed in the site's environment.":
    "サイトの環境に gunicorn がインストールされていません。",
  "The address {} is in use by another program.": "アドレス {1} は別のプログラムが使用中です。",
  "gunicorn could not listen on {}: {}.": "gunicorn が {1} で待ち受けできませんでした: {2}。",
  "gunicorn could not listen on {}.": "gunicorn が {1} で待ち受けできませんでした。",
  "gunicorn has no worker class {}.": "gunicorn に {1} というワーカーの種類はありません。",
  "gunicorn does not accept the setting {} = {}.": "gunicorn は設定 {1} = {2} を受け付けません。",
  "gunicorn refused to start: {}.": "gunicorn が起動を拒否しました: {1}。",
  "The application ended its worker {} while it was loaded.":
    "アプリケーションが、読み込み中に{1}ワーカーを終了させました。",
  "The application ended its worker {} while it was loaded: {}.":
    "アプリケーションが、読み込み中に{1}ワーカーを終了させました: {2}。",
  "with exit code {#}": "終了コード {1} で",
  "by {w}": " {1} で",
  "Look for sys.exit() or os._exit() in what is imported.":
    "読み込まれるコードに sys.exit() や os._exit() がないか確認してください。",
  "gunicorn ended before it was ready{?;}{? and}.": "gunicorn は準備が整う前に終了しました{1}{2}。",
  "gunicorn {} before it was ready{?;}{? and}.": "gunicorn は準備が整う前に{1}{2}{3}。",
  "was ended by {w}": " {1} で終了しました",
  "ended with exit code {#}": "終了コード {1} で終了しました",
  "; the last it printed was: {}": "。最後の出力: {1}",
  " and printed nothing": "。出力はありませんでした",

  // How a worker ended
  "Monban ended worker {#}: it had been busy for too long{? while serving }.":
    "ワーカー {1} は{2}応答が長く途絶えたため、Monban が終了させました。",
  "gunicorn ended worker {#}: it was silent for more than {}{? while serving }{?; }.":
    "ワーカー {1} は{3} {2} を超えて反応がなかったため、gunicorn が終了させました{4}。",
  "Monban asked worker {#} to end{?; }.": "Monban がワーカー {1} に終了を求めました{2}。",
  "; it was cut off{? while serving } when its time to finish was over":
    "。猶予時間内に終わらなかったため、{1}打ち切られました",
  "Worker {#} could not start: {}.": "ワーカー {1} は起動できませんでした: {2}。",
  "Worker {#} was killed{? while serving }; whether for lack of memory cannot be seen here{?; }.":
    "ワーカー {1} は{2}強制終了されました。メモリ不足によるものかどうかは、ここからは分かりません{3}。",
  "The kernel killed worker {#} for lack of memory{? while serving }{?; }.":
    "ワーカー {1} は{2}、メモリ不足のためカーネルに強制終了されました{3}。",
  "Worker {#} was killed with SIGKILL{? while serving }; not by Monban and not for lack of memory{?; }.":
    "ワーカー {1} は{2} SIGKILL で強制終了されました。Monban によるものでも、メモリ不足によるものでもありません{3}。",
  "Worker {#} crashed with {w}{? while serving }, most likely in native code{?; }.":
    "ワーカー {1} は{3} {2} でクラッシュしました。ネイティブコードの不具合と思われます{4}。",
  "Worker {#} was ended by {w}{? while serving }; not by Monban{?; }.":
    "ワーカー {1} は{3} {2} で終了しました。Monban によるものではありません{4}。",
  "Worker {#} was replaced{? after }, as its settings say.":
    "ワーカー {1} は設定どおり{2}入れ替えられました。",
  " after {#} requests": "、{1} 件のリクエストを処理した後に",
  "Worker {#} ended itself with exit code {#}{? while serving }{?; }.":
    "ワーカー {1} は{3}終了コード {2} で自ら終了しました{4}。",
  "Worker {#} ended because its master was gone.":
    "マスターがいなくなったため、ワーカー {1} は終了しました。",
  "Worker {#} was ended by its master, which got {w}.":
    "マスターが {2} を受け取り、ワーカー {1} を終了させました。",
  "Worker {#} ended{? while serving }, and nothing tells why{?; }.":
    "ワーカー {1} は{2}終了しましたが、原因は分かりません{3}。",
  " while serving {}": " {1} の処理中に",
  " while serving {} and 1 other request": " {1} とほか 1 件のリクエストの処理中に",
  " while serving {} and {#} other requests": " {1} とほか {2} 件のリクエストの処理中に",
  "; that request was lost": "。このリクエストは失われました",
  "; these {#} requests were lost": "。これら {1} 件のリクエストは失われました",

  // Packages
  "The disk is full: no space left on device.": "ディスクに空き容量がありません。",
  "The package index could not be reached.": "パッケージインデックスに接続できませんでした。",
  "The package index could not be reached, so {} could not be installed.":
    "パッケージインデックスに接続できないため、{1} をインストールできませんでした。",
  "No matching distribution found for {}{? (line }.": "{1} に合う配布パッケージが見つかりません{2}。",
  " (line {#} of {})": " ({2} の {1} 行目)",
  "{}: their requirements contradict each other.": "{1}。要求するバージョンが互いに矛盾しています。",
  "Cannot install {}": "{1} をインストールできません",
  "{} could not be built from source{? (line }.": "{1} をソースからビルドできませんでした{2}。",
  "The packages could not be installed.": "パッケージをインストールできませんでした。",

  // Folders that may not be a source
  "{} holds Monban's own data; choose a folder of the site's own.":
    "{1} には Monban 自身のデータがあります。サイト専用のフォルダーを選んでください。",
  "{} holds Monban's own program; choose a folder of the site's own.":
    "{1} には Monban 自身のプログラムがあります。サイト専用のフォルダーを選んでください。",
  "{} belongs to Monban itself; choose the folder your code lies in.":
    "{1} は Monban 自身のフォルダーです。コードのあるフォルダーを選んでください。",
  "{} is outside the folders this installation allows for sources: {}.":
    "{1} は、このサーバーでソースに使えるフォルダーの外にあります。使えるフォルダー: {2}。",
  "{} is not one site's folder; choose a folder inside it.":
    "{1} は 1 つのサイトのフォルダーではありません。この中のフォルダーを選んでください。",
  "{} is where root keeps keys and settings; put the site somewhere else, such as /srv.":
    "{1} は root の鍵や設定を置く場所です。サイトは /srv など別の場所に置いてください。",
  "{} is in {}, which belongs to the system; put the site somewhere else, such as /srv, or allow the folder with MONBAN_SOURCE_ROOTS.":
    "{1} はシステムのフォルダー {2} の中にあります。サイトを /srv など別の場所に置くか、MONBAN_SOURCE_ROOTS でこのフォルダーを許可してください。",

  // What an inspection found
  "a virtual environment lies in the folder": "フォルダーに仮想環境があります",
  "a virtual environment with Python {} lies in the folder": "フォルダーに Python {1} の仮想環境があります",
  "[project] dependencies of pyproject.toml name {}": "pyproject.toml の [project] dependencies に{1}",
  "requirements.txt names {}": "requirements.txt に{1}",
  "{#} package": "パッケージ {1} 個",
  "{#} packages": "パッケージ {1} 個",
  "there is {}, but neither a requirements.txt nor [project] dependencies in pyproject.toml":
    "{1} はありますが、requirements.txt も pyproject.toml の [project] dependencies もありません",
  "there is neither a requirements.txt nor [project] dependencies in pyproject.toml":
    "requirements.txt も pyproject.toml の [project] dependencies もありません",
  "The code needs {}, but {}: {}.": "コードには {1} が必要ですが、{2}。{3}。",
  "choose the existing environment {}, or write a requirements.txt":
    "既存の環境 {1} を選ぶか、requirements.txt を作成してください",
  "write a requirements.txt": "requirements.txt を作成してください",
  "{} answers there (line {#})": "{1} の {2} 行目がこのパスに応答します",
  "Flask keeps an application's own data in instance/":
    "Flask はアプリケーションのデータを instance/ に置きます",
  "uploaded files usually lie in {w}": "アップロードされたファイルは通常 {1} に置かれます",
  "stored files usually lie in {w}": "保存されたファイルは通常 {1} に置かれます",
  "{} is a database": "{1} はデータベースです",
  "{} holds settings of this machine": "{1} にはこのマシン固有の設定があります",
  "git ignores it, so it did not come with the code":
    "git の対象外なので、コードと一緒に来たものではありません",
  "MEDIA_ROOT in {}": "{1} の MEDIA_ROOT",
  "{} keeps {} in Flask's instance folder": "{1} が Flask の instance フォルダーに {2} を置きます",
  "{} names this database": "{1} がこのデータベースを指定しています",
  "Flask in {} serves {} there": "{1} の Flask が {2} をここで配信します",
  "{w} and {w} in {}": "{3} の {1} と {2}",
  "{}() makes the application and needs no arguments": "{1}() が引数なしでアプリケーションを作ります",
  "{} takes environ and start_response": "{1} が environ と start_response を受け取ります",
  "{} is imported from {}": "{1} が {2} から import されています",
  "{} cannot be read by Monban, so no release can be made with it; let the user Monban runs as read it.":
    "Monban が {1} を読み取れないため、リリースを作成できません。Monban の実行ユーザーに読み取りを許可してください。",
  "The folder is large, so only a part of it was looked at; check what was found.":
    "フォルダーが大きいため、一部だけを調べました。見つかった内容を確認してください。",
  "{} starts Flask's own server when it is run by hand; gunicorn does not run that part.":
    "{1} は手動で実行すると Flask 付属のサーバーを起動しますが、gunicorn ではその部分は実行されません。",
  '{} starts a server of its own while it is imported, so gunicorn\'s workers would never get ready. Put it under if __name__ == "__main__":.':
    '{1} は import 時に自分でサーバーを起動するため、gunicorn のワーカーの準備が整いません。その部分を if __name__ == "__main__": の下に移してください。',
  "{} turns debug mode on: visitors would see source code and settings when something fails.":
    "{1} がデバッグモードを有効にしています。エラー時に、訪問者にソースコードや設定が見えてしまいます。",
  "{} needs ASGI workers. The workers offered today, sync and gthread, run WSGI applications only, so this application cannot be served yet.":
    "{1} には ASGI ワーカーが必要です。現在使える sync と gthread は WSGI アプリケーション専用のため、このアプリケーションはまだ配信できません。",
  "This framework": "このフレームワーク",
  "The application lies in src/: add the environment variable PYTHONPATH with the value src.":
    "アプリケーションが src/ にあります。環境変数 PYTHONPATH に src を指定してください。",
  "The application lies in the folder {}; its imports probably work only when that folder, {}, is chosen as the source.":
    "アプリケーションはフォルダー {1} にあります。import を正しく解決するには、おそらく {2} をソースに選ぶ必要があります。",
  "{} can be changed by every user of this machine; take that away with: chmod o-w.":
    "{1} はこのマシンの全ユーザーが変更できます。chmod o-w で権限を外してください。",
};
