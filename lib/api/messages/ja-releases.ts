/** Japanese for what lib/supervisor says about source folders, releases, data and Python environments. */
export const japaneseReleases: Record<string, string> = {
  // Folders
  "Give an absolute path.": "絶対パスで指定してください。",
  "There is no folder {}.": "フォルダー {1} はありません。",
  "There is no folder {}; {} exists.": "フォルダー {1} はありません。{2} はあります。",
  "{} is not a folder.": "{1} はフォルダーではありません。",
  "{} is not a folder; choose the folder it lies in.":
    "{1} はフォルダーではありません。それが入っているフォルダーを選んでください。",
  "{} cannot hold a site's source; choose another folder.":
    "{1} にはサイトのソースを置けません。別のフォルダーを選んでください。",
  "{} cannot be read: {}.": "{1} を読み取れません: {2}。",
  "{} cannot be read: {}. Let the user Monban runs as, {}, read it.":
    "{1} を読み取れません: {2}。Monban の実行ユーザー {3} に読み取りを許可してください。",
  "{} could not be looked through: {}.": "{1} を調べられませんでした: {2}。",
  "permission denied": "権限がありません",
  "This is no virtual environment: there is no {}.": "仮想環境ではありません ({1} がありません)。",
  "There is no {w}.": "{1} がありません。",
  "There is no module {} in {}: neither {} nor a folder {}. Name the file that holds the application, such as app:app.":
    "{2} にモジュール {1} がありません ({3} もフォルダー {4} もありません)。app:app のように、アプリケーションのあるファイルを指定してください。",

  // The source of a release
  "The source of {}, {}, may not be used: {}": "{1} のソース {2} は使えません: {3}",
  "Choose another folder in the settings of the site.": "サイトの設定で別のフォルダーを選んでください。",
  "The source of {}, {}, is not a folder.": "{1} のソース {2} はフォルダーではありません。",
  "The source folder of {}, {}, does not exist.": "{1} のソースフォルダー {2} がありません。",
  "Put the folder back, or change the source in the settings of the site.":
    "フォルダーを元に戻すか、サイトの設定でソースを変更してください。",
  "{} belongs to {}, and a site does not run as that user.":
    "{1} の所有者は {2} ですが、サイトをそのユーザーで動かすことはできません。",
  "{} belongs to another user than {}, who runs the site.":
    "{1} の所有者が、サイトの実行ユーザー {2} ではありません。",
  "The user {}, who runs the site, cannot get to {}, {}: {} is closed to others.":
    "サイトの実行ユーザー {1} が、{3} {2} に到達できません。{4} がほかのユーザーに閉じられています。",
  "where releases are kept": "リリースの保管場所",
  "where its data lies": "データの保管場所",
  "where the site runs in place": "サイトをその場で実行する場所",
  "Move it to a folder that others may pass, such as one under /srv, or open the way with: chmod o+x {}":
    "/srv の下など、ほかのユーザーが通れるフォルダーに移すか、次のコマンドで通れるようにしてください: chmod o+x {1}",
  "{} in the source of {} cannot be read.": "{2} のソースにある {1} を読み取れません。",
  "Make it readable for the user Monban runs as, or name it as a persistent path.":
    "Monban の実行ユーザーが読み取れるようにするか、永続パスに指定してください。",
  "The source of {} kept changing while it was copied, so no release was made of it.":
    "コピー中も {1} のソースが変わり続けたため、リリースを作成しませんでした。",
  "Wait until whatever writes to {} has finished; name what is data as a persistent path.":
    "{1} への書き込みが終わるまで待ってください。データは永続パスに指定してください。",
  "The source of {} is too large for a release: {}.": "{1} のソースはリリースにするには大きすぎます: {2}。",
  "Most of it is in {} ({#} files, {}).": "大部分は {1} にあります ({2} ファイル、{3})。",
  "more than {#} files": "{1} ファイル超",
  "Name {} as a persistent path, move it out of {}, or run the site in place.":
    "{1} を永続パスに指定するか、{2} の外に移すか、サイトをその場で実行してください。",
  "what is data": "データ",
  "The disk has no room for a release of {}: {} are needed and {} are free.":
    "{1} のリリースを作成する空き容量がありません。必要な容量は {2}、空きは {3} です。",
  "Free some space on the disk that holds {}, or keep fewer releases.":
    "{1} のあるディスクの空きを増やすか、保管するリリースを減らしてください。",
  "{} cannot run in place yet: the application wrote data into its releases that the source has other versions of.":
    "{1} はまだその場で実行できません。アプリケーションがリリースに書き込んだデータと、ソースにあるものが異なっています。",
  "Stop the site, copy what you want to keep to the source folder by hand, or go on with copies.":
    "サイトを停止し、残したいものを手動でソースフォルダーにコピーするか、これまでどおりコピーで運用してください。",

  // Notes about files
  "{} kept changing while it was copied; name it as a persistent path if it is data.":
    "コピー中も {1} が変わり続けました。データであれば永続パスに指定してください。",
  "{} is neither a file nor a folder and was left out.":
    "{1} はファイルでもフォルダーでもないため、含めませんでした。",
  "{} and {#} more": "{1} ほか {2} 件",
  "{} can now be read by the group of {}.": "{2} のグループが {1} を読み取れるようにしました。",
  "{} now belongs to {}, who runs the site.": "{1} の所有者を、サイトの実行ユーザー {2} にしました。",
  "{} and what is in it now belong to {}, who runs the site.":
    "{1} とその中身の所有者を、サイトの実行ユーザー {2} にしました。",
  "In {} the group of {} may now make files, for the journal of {}; others' files there stay theirs.":
    "{3} のジャーナルのため、{2} のグループが {1} にファイルを作成できるようにしました。ほかのユーザーのファイルはそのままです。",
  "{} exists twice; {} is used and {} is kept as it is.":
    "{1} が 2 つあります。{2} を使用し、{3} はそのまま残します。",
  "{} is in the new source and was also written by the application: the source's is used, the other is kept at {}.":
    "{1} は新しいソースにあり、アプリケーションも書き込んでいました。ソースのものを使用し、もう一方は {2} に残します。",
  "{} was written in two releases: {} keeps its own, the other is kept at {}.":
    "{1} は 2 つのリリースで書き込まれていました。{2} のものはそのまま、もう一方は {3} に残します。",
  "{} had been changed in release {#}; that version was set aside as {}.":
    "{1} はリリース {2} で変更されていました。その版は {3} として取り置いています。",
  "The folder {} is to hold data of {} and could not be made.":
    "{2} のデータを置くフォルダー {1} を作成できませんでした。",
  "Make it by hand and let the user {} write to it, or remove it from the persistent paths.":
    "手動で作成してユーザー {1} に書き込みを許可するか、永続パスから外してください。",
  "No old release was removed: it is not known which ones still run.":
    "どのリリースが動いているか不明なため、古いリリースを削除しませんでした。",
  "{} was not removed: its list of files is missing, so code and data cannot be told apart.":
    "{1} は、ファイルの一覧がなくコードとデータを区別できないため、削除しませんでした。",
  "The code of release {#} was removed; {}{? (}, which the application wrote into it, stays in {}.":
    "リリース {1} のコードを削除しました。アプリケーションが書き込んだ {2}{3} は {4} に残っています。",
  "{} was moved from release {} to {}.": "{1} をリリース {2} から {3} に移しました。",
  "{} stays at {}: it could not be moved ({}).": "{1} を移せなかったため、{2} に残しています ({3})。",
  "it took longer than {#} ms": "{1} ミリ秒以内に終わりませんでした",
  "{w} as {w} failed: {}": "{2} として {1} を実行できませんでした: {3}",
  "{} exists already": "{1} がすでにあります",
  "{} could not be moved to {}": "{1} を {2} に移せませんでした",
  "{} is a symbolic link": "{1} はシンボリックリンクです",
  "{}, which says where the data of {} lies, cannot be read":
    "{2} のデータの場所を記した {1} を読み取れません",
  "release {#} of {} exists already": "{2} のリリース {1} はすでにあります",
  "{} holds more than {#} files and folders": "{1} にあるファイルとフォルダーが {2} 個を超えています",
  "the application changed it in release {#}": "リリース {1} でアプリケーションが変更しました",
  "the application wrote it in release {#}": "リリース {1} でアプリケーションが書き込みました",
  "named by hand": "手動で指定",
  "The site's system user was left: {}": "サイトのシステムユーザーを削除できませんでした: {1}",

  // Python environments
  "{} is not a virtual environment that works: there is no {}.":
    "{1} は使える仮想環境ではありません ({2} がありません)。",
  "{}, who runs the site, cannot run {}.": "サイトの実行ユーザー {1} が {2} を実行できません。",
  "gunicorn is not installed in {}; install it there with: {}":
    "{1} に gunicorn がインストールされていません。次のコマンドでインストールしてください: {2}",
  "{} does not run: {}.": "{1} が動きません: {2}。",
  "it ended with {}": "{1} で終了しました",
  "ended with {}": "{1} で終了しました",
  "The packages were not installed within {#} minutes.":
    "パッケージのインストールが {1} 分以内に終わりませんでした。",
  "The packages are installed, but gunicorn cannot be imported.":
    "パッケージはインストールされましたが、gunicorn を import できません。",
  "{} (Python {}) cannot make environments: install the package python3-venv.":
    "{1} (Python {2}) では環境を作成できません。パッケージ python3-venv をインストールしてください。",
  "{} could not make an environment: {}.": "{1} で環境を作成できませんでした: {2}。",
  "no reason given": "理由は示されませんでした",
  "The installation was cancelled.": "インストールを中止しました。",
  "{} cannot be used: it has to be Python {} or newer and {} has to be able to run it.":
    "{1} は使えません。Python {2} 以降で、{3} が実行できるものを指定してください。",
  "No Python {} or newer was found that {} can run; install one for all users, for example python3 and python3-venv of the system.":
    "{2} が実行できる Python {1} 以降が見つかりません。システムの python3 と python3-venv など、全ユーザーが使えるものをインストールしてください。",
};
